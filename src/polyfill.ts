/**
 * `Promise.withResolvers` for Node 20, which libraries of the libp2p family call.
 *
 * A module of its own, because imports are hoisted: every entry point, worker and test set-up
 * imports it first. It changes nothing where the function exists (Node 22 and later).
 */
type Resolvers = {
  promise: Promise<unknown>;
  resolve: (value: unknown) => void;
  reject: (reason: unknown) => void;
};

const target = Promise as unknown as { withResolvers?: () => Resolvers };

target.withResolvers ??= () => {
  let resolve: (value: unknown) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<unknown>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
};
