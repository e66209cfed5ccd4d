/**
 * Whether somebody serialises what is logged: DevTools does, and so does a driver. There is no way to ask without logging, and
 * what is logged shows in an open console, so that this probe runs only where the site asks for it (data-probes="console").
 */
export function serialised(): boolean {
  const errors = Error as { prepareStackTrace?: unknown };
  const before = Object.getOwnPropertyDescriptor(errors, "prepareStackTrace");
  let seen = false;
  errors.prepareStackTrace = () => {
    seen = true;
    return "";
  };
  console.debug(new Error());
  if (before) Object.defineProperty(errors, "prepareStackTrace", before);
  else delete errors.prepareStackTrace;
  return seen;
}
