import { startRelay, type TunnelEnds, type TunnelSide } from './tunnel-sides.ts';
export async function startGatewaySide(ends: TunnelEnds, folder: string, _d: string, _s = 0): Promise<TunnelSide & {api: any; syncs: () => Promise<number>; stopAndVerify: (t?: any) => Promise<string>}> {
  const side = await startRelay(ends, folder);
  return { ...side, api: {url: '', authority: ''}, syncs: async () => 0, stopAndVerify: async () => { await side.process.stop(); return 'none'; } };
}
