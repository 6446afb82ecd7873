// RunPod's own npm client as a process: reads calls as lines of JSON from stdin, writes their answers as lines of JSON.
//
//   node client.mjs BASE_URL KEY ENDPOINT
//   {"call": "status", "arguments": ["id"]}   →   {"answer": …} or {"error": "…"}; for a stream {"chunk": …} first, one for each
import { createInterface } from 'node:readline';

console.log = console.error; // the client talks
const { default: runpodSdk } = await import('runpod-sdk');
const [baseUrl, key, endpointId] = process.argv.slice(2);
const endpoint = runpodSdk(key, { baseUrl }).endpoint(endpointId);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

for await (const line of createInterface({ input: process.stdin })) {
    const { call, arguments: given } = JSON.parse(line);
    try {
        if (call === 'stream') {
            for await (const chunk of endpoint.stream(...given)) {
                say({ chunk });
            }
            say({ answer: null });
        } else {
            say({ answer: await endpoint[call](...given) });
        }
    } catch (error) {
        say({ error: `${error.message} ${error.response?.status ?? ''} ${JSON.stringify(error.response?.data ?? null)}` });
    }
}
