/**
 * Tells the schema library not to compile its schemas: the page's security policy forbids `eval`,
 * and even a caught attempt is reported. Imported before anything that makes a schema.
 */
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
