/**
 * A provider of chat completions in a process of its own that answers at once and remembers each request. It listens on a port that it
 * prints; `GET /log` gives all requests so far as pairs of doubles: the number in the model's name, and Unix ms.
 */
import { createServer } from 'node:http';

const requests = [];
const answer = JSON.stringify({
  id: 'x',
  object: 'chat.completion',
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'New Delhi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 14, completion_tokens: 2, total_tokens: 16 },
});
const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) };

const server = createServer((request, response) => {
  const at = performance.timeOrigin + performance.now();
  if (request.method === 'GET') {
    response.end(Buffer.from(new Float64Array(requests).buffer));
    return;
  }
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    requests.push(Number(/"model":"model-(\d+)"/.exec(body)[1]), at);
    response.writeHead(200, headers).end(answer);
  });
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.on('disconnect', () => process.exit());
