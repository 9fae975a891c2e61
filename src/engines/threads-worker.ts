import { parentPort } from 'node:worker_threads';
import { resolveShape } from '../steps/index.ts';
import { type Port, serve } from './messages.ts';

if (parentPort) {
  const port = parentPort;
  const face: Port = {
    post: (message) => port.postMessage(message),
    onMessage: (handler) => port.on('message', handler),
    close: () => port.close(),
  };
  serve(face, resolveShape);
}
