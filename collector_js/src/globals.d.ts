/** The package's version, put in by the build. */
declare const __VERSION__: string;

/** A function, or its text, that tells a worker's story where it is run: put in by the build (scripts/build.mjs). */
declare const __ROOM__: string;
