/** In a worker: answers messages `{ method, argument }` by the methods of `peer`. */
export function answer_messages(peer) {
  onmessage = async ({ data: { method, argument } }) => {
    try {
      postMessage({ answer: await peer[method](argument) });
    } catch (error) {
      postMessage({ error: `${error.message}\n${error.stack}` });
    }
  };
}
