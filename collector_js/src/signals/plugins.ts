export const plugins = (): number => navigator.plugins.length;
