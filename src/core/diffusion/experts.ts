/** Models of two experts: one makes the noisy steps, the other, from a level of noise on, the rest (Wan 2.2). */

/** @param limits a manifest, or as much of it as says which files there are */
export function hasTwoExperts(limits: { readonly files?: readonly { readonly path: string }[] | undefined }): boolean {
  return limits.files?.some(({ path }) => path === 'transformer_2/model.onnx') ?? false;
}
