import type { Realm } from "../realm.js";
import { Missing } from "../signal.js";

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

interface HighEntropy {
  architecture?: string;
  bitness?: string;
  platformVersion?: string;
  fullVersionList?: Brand[];
  model?: string;
}

interface UserAgentData {
  brands: Brand[];
  mobile: boolean;
  platform: string;
  getHighEntropyValues(hints: string[]): Promise<HighEntropy>;
}

const HINTS = ["architecture", "bitness", "platformVersion", "fullVersionList", "model"];

/** Only Chromium has them, and only on secure pages. A page may forbid the long ones: then the short ones stand alone. */
export async function clientHints({ scope }: Realm): Promise<ClientHints> {
  const data = (scope.navigator as Navigator & { userAgentData?: UserAgentData }).userAgentData;
  if (!data) throw new Missing("unsupported");
  const { brands, mobile, platform } = data;
  const long = await Promise.resolve(data.getHighEntropyValues(HINTS)).catch((): HighEntropy => ({}));
  return {
    brands,
    mobile,
    platform,
    ...{ architecture: long.architecture, bitness: long.bitness, platform_version: long.platformVersion },
    ...{ full_versions: long.fullVersionList, model: long.model },
  } as ClientHints;
}
