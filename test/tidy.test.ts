/**
 * Holds the shape of the repository: what may import what, what is banned where, sizes, names,
 * READMEs, rule tags. The tables are those of DESIGN and STYLE; a folder that does not exist yet
 * is not looked at. Every complaint names file and line.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Source } from './support/tidy-sources.ts';
import { filesBelow, layerOf, readSources } from './support/tidy-sources.ts';
import { functionSpans } from './support/tidy-tokens.ts';

const SPECIFICATION = 'src/core/README.md';
const LINE_MAX = 100;
const FUNCTION_LINES_MAX = 60;
const FILE_LINES_MAX = 400;
const TEST_FILE_LINES_MAX = 600;
const README_CHARACTERS_MIN = 100;

/** Layer to the layers that it may import, itself apart. `*` is every layer. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/polyfill.ts': [],
  'src/library.ts': ['*'],
  'src/base': [],
  'src/wire': ['src/base'],
  'src/crypto': ['src/base', 'src/wire'],
  'src/compare': ['src/base'],
  'src/core': ['src/base', 'src/wire', 'src/crypto', 'src/compare'],
  'src/theory': ['src/base'],
  'src/inference': ['src/base', 'src/compare', 'src/polyfill.ts'],
  'src/store': ['src/base', 'src/wire', 'src/core'],
  'src/network-file': ['src/base', 'src/wire', 'src/crypto', 'src/core', 'src/config'],
  'src/receipt': [
    ...['src/base', 'src/wire', 'src/crypto', 'src/compare', 'src/core', 'src/config'],
    'src/network-file',
  ],
  'src/config': ['src/base'],
  'src/invariants': ['src/base', 'src/wire', 'src/core'],
  'src/trace': ['src/base', 'src/wire', 'src/crypto', 'src/compare', 'src/core'],
  'src/node': ['*'],
  'src/explorer': ['*'],
  'src/cli': ['*'],
  'sim/kernel': ['src/base'],
};

/** What the folders of sim may import besides each other, `sim/kernel` apart. */
const SIM_MAY_IMPORT = [
  'base',
  'polyfill.ts',
  'wire',
  'crypto',
  'core',
  'compare',
  'theory',
  'inference',
  'config',
  'trace',
  'invariants',
];
/** What nothing but the composition root and its peers may import. */
const NEVER_BELOW_CLI = ['src/cli', 'src/explorer'];

/** Simulates with the router of real nodes. */
const ROUTER_FOLDER = 'sim/network/gossipsub';
/** What that takes. */
const ROUTER_PACKAGES = [
  ...['@chainsafe/libp2p-gossipsub', '@libp2p/crypto', '@libp2p/peer-id'],
  '@multiformats/multiaddr',
];
/** Package to the one folder that knows it. */
const PACKAGE_FOLDERS: Readonly<Record<string, string>> = {
  libp2p: 'src/node/libp2p',
  '@chainsafe/libp2p-gossipsub': 'src/node/libp2p',
  '@libp2p/crypto': 'src/node/libp2p',
  '@libp2p/identify': 'src/node/libp2p',
  '@libp2p/kad-dht': 'src/node/libp2p',
  '@libp2p/noise': 'src/node/libp2p',
  '@libp2p/peer-id': 'src/node/libp2p',
  '@libp2p/ping': 'src/node/libp2p',
  '@libp2p/tcp': 'src/node/libp2p',
  '@libp2p/yamux': 'src/node/libp2p',
  '@multiformats/multiaddr': 'src/node/libp2p',
  fastify: 'src/node/api',
  '@fastify/swagger': 'src/node/api',
  pino: 'src/node/log',
  'prom-client': 'src/node/metrics',
  'onnxruntime-node': 'src/inference/onnx',
  protobufjs: 'src/inference/onnx',
  level: 'src/store/level',
  yargs: 'src/cli',
  zod: 'src/config',
  '@ipld/dag-cbor': 'src/wire',
  '@chainsafe/blst': 'src/crypto',
  '@noble/curves': 'src/crypto',
  bullmq: 'sim/sweep/bullmq',
  ioredis: 'sim/sweep/bullmq',
  'hyparquet-writer': 'sim/sweep',
  vega: 'sim/report/figures',
  'vega-lite': 'sim/report/figures',
  preact: 'src/explorer',
};

const INEXACT_MATH =
  'random exp log pow sin cos tan sinh cosh tanh exp log2 log10 log1p expm1 cbrt';
const CORE_WORDS = [
  ...['async', 'await', 'Date', 'process', 'performance', 'localeCompare', 'Promise'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
];
/** Folders of sim on which a trace depends. */
const TRACED = /^sim\/(kernel|network|workload|oracle|adversary|faults)\//;
const FORBIDDEN_NAMES = /^(utils?|helpers?|misc|common|shared|stuff)(\.|$)/;
const KEBAB_NAME = /^\.?[a-z0-9]+([.-][a-z0-9]+)*$/;
/** Comments describe the code as it is; what it was is in the history. */
const HISTORY = /\b(previously|formerly|refactored|legacy|TODO|FIXME|XXX|HACK|was renamed)\b/;
/** Where a rule of the core can be tested; the closed forms name rules too. */
const CORE_TESTS = /^test\/(unit\/core|property|sim|suites|conformance|integration)\//;
const TAG = /\[([A-Z]+-\d+)\]/g;

const sources = readSources();
const program = sources.filter(({ path }) => path.startsWith('src/') || path.startsWith('sim/'));
const core = program.filter(({ path }) => path.startsWith('src/core/'));

describe('the shape of the repository', () => {
  it('imports only downward: the table of layers', () => {
    nothing(program.flatMap(forbiddenImports));
  });

  it('has no circle of imports', () => {
    nothing(importCircles(program));
  });

  it('enters another layer through its index only', () => {
    const deep = program
      .filter(({ path }) => path.startsWith('src/') && !path.startsWith('src/cli/'))
      .flatMap((source) =>
        source.imports
          .filter(({ target, isPackage }) => !isPackage && layerOf(target) !== layerOf(source.path))
          .filter(({ target }) => !target.endsWith('/index.ts') && target.split('/').length > 2)
          .map(({ target, line }) => `${source.path}:${line} imports ${target}`),
      );
    nothing(deep);
  });

  it('keeps each third-party name in one folder', () => {
    const bad = program.flatMap((source) =>
      source.imports.flatMap(({ target, isPackage, line }) => {
        const folder = PACKAGE_FOLDERS[target];
        if (!isPackage || folder === undefined || source.path.startsWith(`${folder}/`)) return [];
        const isRouter = source.path.startsWith(`${ROUTER_FOLDER}/`);
        if (isRouter && ROUTER_PACKAGES.includes(target)) return [];
        return [`${source.path}:${line} imports ${target}, which belongs to ${folder}`];
      }),
    );
    nothing(bad);
  });

  it('keeps time, chance, processes and inexact arithmetic out of the core', () => {
    const imports = core.flatMap((source) =>
      source.imports
        .filter(({ target }) => target.startsWith('node:'))
        .map(({ target, line }) => `${source.path}:${line} imports ${target}`),
    );
    nothing([...imports, ...core.flatMap((source) => bannedWords(source, CORE_WORDS))]);
    nothing(core.flatMap(inexactMath));
  });

  it('keeps the wall clock and inexact arithmetic out of what a trace depends on', () => {
    const traced = program.filter(({ path }) => TRACED.test(path));
    nothing(traced.flatMap((source) => bannedWords(source, ['Date', 'performance'])));
    nothing(traced.flatMap(inexactMath));
  });

  it('exports by name only', () => {
    const isDefault = (source: Source, index: number) =>
      source.code[index]?.text === 'export' && source.code[index + 1]?.text === 'default';
    nothing(placesOf(sources, isDefault, 'exports a default'));
  });

  it('says what each file is and why it exists, before anything else', () => {
    const bare = program.filter(({ text }) => !/^(#!.*\n)?\/\*\*/.test(text));
    nothing(bare.map(({ path }) => `${path} does not begin with a docstring`));
  });

  it('documents each exported function', () => {
    nothing(program.flatMap(undocumentedExports));
  });

  it('does not tell history in comments', () => {
    const told = program.flatMap(({ path, all }) =>
      all
        .filter(({ kind, text }) => kind === 'comment' && HISTORY.test(text))
        .map(({ line }) => `${path}:${line} tells history: say what is`),
    );
    nothing(told);
  });
});

describe('sizes and names', () => {
  it('keeps lines within 100 columns', () => {
    const long = sources.flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index) => {
        return line.length > LINE_MAX ? [`${path}:${index + 1} has ${line.length} columns`] : [];
      }),
    );
    nothing(long);
  });

  it('keeps functions within 60 lines', () => {
    const long = sources.flatMap(({ path, all }) =>
      functionSpans(all)
        .filter(({ lines }) => lines > FUNCTION_LINES_MAX)
        .map(({ line, lines }) => `${path}:${line} is a function of ${lines} lines`),
    );
    nothing(long);
  });

  it('keeps files within 400 lines, tests within 600', () => {
    const long = sources.flatMap(({ path, text }) => {
      const lines = text.split('\n').length - 1;
      const max = path.startsWith('test/') ? TEST_FILE_LINES_MAX : FILE_LINES_MAX;
      return lines > max ? [`${path} has ${lines} lines, more than ${max}`] : [];
    });
    nothing(long);
  });

  it('names files in kebab-case, by what they hold', () => {
    const all = ['src', 'sim', 'bench', 'configs', 'test'].flatMap(filesBelow);
    // the files of a database have the names that LevelDB gives them
    const files = all.filter((path) => !path.includes('test/data/previous-release/node/db/'));
    const names = new Set(
      files.flatMap((path) => path.split('/').map((_, i, all) => all[i] ?? '')),
    );
    names.delete('README.md');
    nothing([...names].filter((name) => !KEBAB_NAME.test(name) || FORBIDDEN_NAMES.test(name)));
  });

  it('has one index for each layer, each command, and each part of the node', () => {
    const bad = program.filter(({ path }) => {
      if (basename(path) !== 'index.ts') return false;
      const isPart = /^src\/(cli\/commands|node)\/[^/]+\/index\.ts$/.test(path);
      return path.split('/').length !== 3 && !isPart && path !== 'sim/index.ts';
    });
    nothing(bad.map(({ path }) => `${path} is a second index`));
  });

  it('explains each folder in a README', () => {
    const folders = new Set(program.map(({ path }) => dirname(path)));
    folders.delete('src');
    const missing = [...folders].filter((folder) => {
      const path = `${folder}/README.md`;
      return !existsSync(path) || readFileSync(path, 'utf8').length < README_CHARACTERS_MIN;
    });
    nothing(missing.map((folder) => `${folder} has no README.md worth reading`));
  });
});

describe('rules of the protocol', () => {
  it('exist in the specification wherever code names them', function () {
    if (!existsSync(SPECIFICATION)) this.skip();
    const known = new Set(tagsIn(readFileSync(SPECIFICATION, 'utf8')));
    const unknown = sources.flatMap(({ path, all }) =>
      all.flatMap(({ kind, text, line }) => {
        if (kind !== 'comment' && kind !== 'text') return [];
        const tags = tagsIn(text).filter((tag) => !known.has(tag));
        return tags.map((tag) => `${path}:${line} names [${tag}], which is no rule`);
      }),
    );
    nothing(unknown);
  });

  it('that the core checks are named by a test', () => {
    const names = sources.filter(({ path }) => CORE_TESTS.test(path)).flatMap(testNames);
    const scenarios = filesBelow('test/data').map((path) => readFileSync(path, 'utf8'));
    const tested = new Set([...names, ...scenarios].flatMap(tagsIn));
    const untested = core.flatMap(({ path, all }) =>
      all.flatMap(({ kind, text, line }) => {
        const isCheck = kind === 'comment' && text.startsWith('//');
        const tags = isCheck ? tagsIn(text).filter((tag) => !tested.has(tag)) : [];
        return tags.map((tag) => `${path}:${line} checks [${tag}], which no test names`);
      }),
    );
    nothing(untested);
  });
});

/** Fails with all complaints, one on each line. */
function nothing(complaints: readonly string[]): void {
  assert.ok(complaints.length === 0, `\n${complaints.join('\n')}`);
}

function forbiddenImports({ path, imports }: Source): readonly string[] {
  const from = layerOf(path);
  return imports.flatMap(({ target, isPackage, line }) => {
    if (isPackage) return [];
    const to = layerOf(target);
    return to === from || mayImport(from, to) ? [] : [`${path}:${line} imports ${to}`];
  });
}

function mayImport(from: string, to: string): boolean {
  const listed = MAY_IMPORT[from];
  if (listed?.includes('*')) return from === 'src/cli' || !NEVER_BELOW_CLI.includes(to);
  if (listed !== undefined) return listed.includes(to);
  if (!from.startsWith('sim/')) return false;
  return to.startsWith('sim/') || SIM_MAY_IMPORT.some((name) => to === `src/${name}`);
}

/** Circles of imports that exist at run time; types alone make none. */
function importCircles(files: readonly Source[]): readonly string[] {
  const next = new Map(
    files.map(({ path, imports }) => {
      const targets = imports.filter((each) => !each.isPackage && !each.isTypeOnly);
      return [path, targets.map(({ target }) => target)];
    }),
  );
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, above: readonly string[]) => {
    if (above.includes(path)) circles.push([...above.slice(above.indexOf(path)), path].join(' → '));
    if (done.has(path) || above.includes(path)) return;
    for (const target of next.get(path) ?? []) visit(target, [...above, path]);
    done.add(path);
  };
  for (const path of next.keys()) visit(path, []);
  return circles;
}

/** Words used as names of their own: not as a property, nor as a key of an object. */
function bannedWords(source: Source, words: readonly string[]): readonly string[] {
  return source.code.flatMap(({ kind, text, line }, index) => {
    const isName = kind === 'word' && words.includes(text);
    const isProperty = source.code[index - 1]?.text === '.' && text !== 'localeCompare';
    const isKey = source.code[index + 1]?.text === ':';
    return isName && !isProperty && !isKey ? [`${source.path}:${line} uses ${text}`] : [];
  });
}

function inexactMath(source: Source): readonly string[] {
  const names = INEXACT_MATH.split(' ');
  return source.code.flatMap(({ text, line }, index) => {
    const isMath = source.code[index - 1]?.text === '.' && source.code[index - 2]?.text === 'Math';
    return isMath && names.includes(text) ? [`${source.path}:${line} uses Math.${text}`] : [];
  });
}

function undocumentedExports({ path, all }: Source): readonly string[] {
  return all.flatMap((token, index) => {
    if (token.text !== 'export' || token.kind !== 'word') return [];
    const next = all[index + 1]?.text ?? '';
    if (!['function', 'async'].includes(next) || all[index - 1]?.kind === 'comment') return [];
    const name = all[index + (next === 'async' ? 3 : 2)]?.text;
    return [`${path}:${token.line} exports ${name} without saying what it is`];
  });
}

function placesOf(
  files: readonly Source[],
  isAt: (source: Source, index: number) => boolean,
  what: string,
): readonly string[] {
  return files.flatMap((source) =>
    source.code.flatMap(({ line }, index) =>
      isAt(source, index) ? [`${source.path}:${line} ${what}`] : [],
    ),
  );
}

/** The first arguments of `it` and `describe`. */
function testNames({ code }: Source): readonly string[] {
  return code.flatMap(({ kind, text }, index) => {
    const isName =
      code[index - 1]?.text === '(' && /^(it|describe)$/.test(code[index - 2]?.text ?? '');
    return kind === 'text' && isName ? [text] : [];
  });
}

function tagsIn(text: string): readonly string[] {
  return [...text.matchAll(TAG)].map((match) => match[1] ?? '');
}
