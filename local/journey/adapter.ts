/** Downloads a model by its presigned URLs and checks every byte of it. */
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Client } from '../../contracts/client.ts';
import { createDownloads, type Model } from '../../contracts/models.ts';

export interface Download {
  folder: string;
  files: number;
  bytes: number;
}

/** Puts the files of a model into a folder of its own below `into`; throws when a byte differs. */
export async function downloadModel(api: Client, model: Model, into: string): Promise<Download> {
  const { body } = await api.call(createDownloads, { path: { modelId: model.id }, body: {} });
  const folder = join(into, model.id);
  rmSync(folder, { recursive: true, force: true });
  let bytes = 0;
  for (const file of body.files) {
    const response = await fetch(file.url);
    if (!response.ok) throw new Error(`${file.path} was answered with ${response.status}`);
    const content = Buffer.from(await response.arrayBuffer());
    const sha256 = createHash('sha256').update(content).digest('hex');
    if (sha256 !== file.sha256 || content.length !== file.bytes) {
      throw new Error(`${file.path} has the SHA-256 ${sha256}, the model says ${file.sha256}`);
    }
    const target = join(folder, file.path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
    bytes += content.length;
  }
  return { folder, files: body.files.length, bytes };
}
