/** What an export will cost, said before it is begun. */
import { z } from 'zod';

const Basis = z.enum(['measured', 'typical']);

export const ExportCost = z.object({
  seconds: z.number().min(0),
  /** Typical until an export of this kind has come to its end here. */
  basis: Basis,
  /** On the disk, of all files together. */
  bytes: z.int().min(0),
  bytesBasis: Basis,
});
export type ExportCost = z.infer<typeof ExportCost>;
