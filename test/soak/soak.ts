import { type GatewayProcess, gatewayConfig, spawnGateway } from "../runtime/gateway/gateway-process";
import type { Row } from "./report";

/** One run of a suite. */
export interface Soak {
  readonly isShort: boolean;
  /** The gateway program, when it is not the one made of these sources. */
  readonly program?: string;
  /** Tells whoever watches what has been done. */
  readonly say: (line: string) => void;
}

export type Suite = (soak: Soak) => Promise<Row[]>;

export async function startSoakedGateway({ program }: Soak, appPort: number): Promise<GatewayProcess> {
  const gateway = spawnGateway(await gatewayConfig(appPort), undefined, program);
  await gateway.logged("ready");
  return gateway;
}
