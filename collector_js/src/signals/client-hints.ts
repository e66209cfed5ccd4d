import { pick } from "../pick.js";
import type { Scope } from "../realm.js";

interface Brand {
  brand: string;
  version: string;
}

export interface ClientHints {
  brands: Brand[];
  mobile: boolean;
  platform: string;
  architecture?: string;
  bitness?: string;
  platform_version?: string;
  full_versions?: Brand[];
  model?: string;
}

interface UserAgentData {
  brands: Brand[];
  mobile: boolean;
  platform: string;
  getHighEntropyValues(hints: string[]): Promise<object>;
}

const LONG = "architecture bitness model platformVersion";
const VERSIONS = "fullVersionList";

/** Only Chromium has them, and only on secure pages. A page may forbid the long ones: then the short ones stand alone. */
export async function clientHints(scope: Scope): Promise<ClientHints> {
  const userAgentData = (scope.navigator as Navigator & { userAgentData?: UserAgentData }).userAgentData;
  if (!userAgentData) throw "unsupported";
  const asked = async () => userAgentData.getHighEntropyValues([...LONG.split(" "), VERSIONS]);
  const long: { [VERSIONS]?: Brand[] } = await asked().catch(() => ({}));
  return {
    ...pick(userAgentData, "brands mobile platform"),
    ...pick(long, LONG),
    full_versions: long[VERSIONS],
  } as unknown as ClientHints;
}
