export const plugins = (): number | undefined => navigator.plugins?.length;
