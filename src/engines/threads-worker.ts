import { parentPort } from 'node:worker_threads';
import { type Port, serve } from './messages.ts';
import { resolveMember } from './resolve.ts';

if (parentPort) {
  const port = parentPort;
  const face: Port = {
    post: (message, moved) => port.postMessage(message, moved),
    onMessage: (handler) => port.on('message', handler),
    close: () => port.close(),
  };
  serve(face, resolveMember);
}
