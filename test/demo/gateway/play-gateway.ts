import type { ControlPlane } from '../../testbed/connect-control-plane.ts';
import { playSteps } from '../play-steps.ts';
import type { Printer } from '../printer.ts';
import { endingSteps } from './ending-steps.ts';
import { prepareGatewayStage } from './gateway-stage.ts';
import { gatewaySteps } from './gateway-steps.ts';

/** Has an agent call through the gateway of its tenant. Returns whether every step went as expected. */
export async function playGateway(controlPlane: ControlPlane, print: Printer): Promise<boolean> {
  const stage = await prepareGatewayStage(controlPlane);
  try {
    print.heading('Calls of an agent through the gateway');
    return await playSteps([...gatewaySteps(stage), ...endingSteps(stage)], print);
  } finally {
    await stage.stop();
  }
}
