export interface ShopPage {
  head?: string;
  body?: string;
  csp?: string;
}

export interface Shop {
  url: string;
  posts: Record<string, string>[];
  page(page: ShopPage, path?: string): string;
  close(): void;
}

export const FORM: string;
export function startShop(): Promise<Shop>;
