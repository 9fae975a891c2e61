import { parentPort } from 'node:worker_threads';
import { type Port, serve } from './messages.ts';
import { resolveMember } from './resolve.ts';

if (parentPort) {
  const port = parentPort;
  const face: Port = {
    post: (message) => port.postMessage(message),
    onMessage: (handler) => port.on('message', handler),
    close: () => port.close(),
  };
  serve(face, resolveMember);
}
