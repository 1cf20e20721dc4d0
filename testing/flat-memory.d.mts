export const steadyFlags: readonly string[];
export function collectedMemory(): Promise<number>;
export function judgeMemory(samples: readonly number[]): { text: string; isFlat: boolean };
