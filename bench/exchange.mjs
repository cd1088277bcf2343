import { IncomingMessage, ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';

/** Takes what a server writes, and says nothing. */
class Sink extends Duplex {
  remoteAddress = '127.0.0.1';
  _read() {}
  _write(_chunk, _encoding, done) {
    done();
  }
}

/** One request and its answer through Node's own classes, without a connection in between. @returns The status. */
export function exchange(handler, path, cookie) {
  const socket = new Sink();
  const request = new IncomingMessage(socket);
  Object.assign(request, { method: 'GET', url: path, httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 });
  const headers = { host: 'localhost', accept: 'text/html', ...(cookie && { cookie }) };
  request.headers = headers;
  request.rawHeaders = Object.entries(headers).flat();
  request.complete = true;
  request.push(null);
  const response = new ServerResponse(request);
  response.assignSocket(socket);
  return new Promise((resolve, reject) => {
    response.once('finish', () => {
      resolve(response.statusCode);
      response.detachSocket(socket);
    });
    handler(request, response, (error) => reject(error ?? new Error(`Nothing answers ${path}.`)));
  });
}
