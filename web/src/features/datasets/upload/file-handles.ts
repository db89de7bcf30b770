/**
 * Handles of chosen files, kept over a reload where the browser has them (File System Access, Chromium): an interrupted
 * upload then goes on without the file being chosen again. Everywhere else nothing is kept, and the file is asked for.
 */

/** What of a handle is used; the browser asks its person before a kept one may be read again. */
interface FileHandle {
  name: string;
  getFile(): Promise<File>;
  requestPermission?(options: { mode: 'read' }): Promise<PermissionState>;
}
type Role = 'data' | 'validation';
interface Version {
  datasetId: string;
  version: number;
}

const handles = new WeakMap<File, FileHandle>();

/** Opens the system's dialog; undefined where the browser has none that gives handles, or nothing was chosen. */
export async function pickFile(accepted: string): Promise<File | undefined> {
  const extensions = accepted.split(',').filter((type) => type.startsWith('.'));
  try {
    const [handle] = (await picker()?.({
      types: [{ description: 'Datasets', accept: { 'application/octet-stream': extensions } }],
    })) ?? [undefined];
    return handle && (await fileOf(handle));
  } catch {
    // Closed without a choice, or not allowed here.
    return undefined;
  }
}

type Picker = (options: object) => Promise<FileHandle[]>;
function picker(): Picker | undefined {
  return (window as { showOpenFilePicker?: Picker }).showOpenFilePicker?.bind(window);
}
export const canPick = () => picker() !== undefined;

/** The first file of a drop, with its handle where there is one. Has to be called while the event is handled. */
export function droppedFile(transfer: DataTransfer | null): Promise<File | undefined> {
  const item = [...(transfer?.items ?? [])].find(({ kind }) => kind === 'file');
  const plain = transfer?.files[0];
  const asked = (
    item as { getAsFileSystemHandle?: () => Promise<(FileHandle & { kind: string }) | null> } | undefined
  )?.getAsFileSystemHandle?.();
  if (!asked) return Promise.resolve(plain);
  return asked.then(
    (handle) => (handle?.kind === 'file' ? fileOf(handle) : plain),
    () => plain,
  );
}

async function fileOf(handle: FileHandle): Promise<File> {
  const file = await handle.getFile();
  handles.set(file, handle);
  return file;
}

/** Keeps what is needed to go on; silently nothing where a file came without a handle. */
export async function keepHandles(of: Version, files: Partial<Record<Role, File>>): Promise<void> {
  for (const role of ['data', 'validation'] as const) {
    const file = files[role];
    const handle = file && handles.get(file);
    if (handle) await inStore('readwrite', (store) => store.put(handle, keyOf(of, role)));
  }
}

export async function forgetHandles(of: Version): Promise<void> {
  for (const role of ['data', 'validation'] as const) {
    await inStore('readwrite', (store) => store.delete(keyOf(of, role)));
  }
}

export async function keptHandle(of: Version, role: Role): Promise<FileHandle | undefined> {
  return inStore<FileHandle | undefined>('readonly', (store) => store.get(keyOf(of, role)));
}

/** Reads a kept handle again; undefined where the person says no, or the file is gone. Needs a click to ask. */
export async function openHandle(handle: FileHandle): Promise<File | undefined> {
  try {
    const allowed = (await handle.requestPermission?.({ mode: 'read' })) ?? 'granted';
    return allowed === 'granted' ? await fileOf(handle) : undefined;
  } catch {
    return undefined;
  }
}

const keyOf = ({ datasetId, version }: Version, role: Role) => `${datasetId}/${version}/${role}`;
const STORE = 'files';

/** One request; undefined where the browser keeps no database (private windows, blocked storage). */
function inStore<Value>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest,
): Promise<Value | undefined> {
  return new Promise((resolve) => {
    if (typeof indexedDB === 'undefined') return resolve(undefined);
    const opening = indexedDB.open('brightrun-uploads', 1);
    const none = () => resolve(undefined);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = none;
    opening.onsuccess = () => {
      const database = opening.result;
      try {
        const request = act(database.transaction(STORE, mode).objectStore(STORE));
        request.onsuccess = () => resolve(request.result as Value);
        request.onerror = none;
      } catch {
        none();
      } finally {
        database.close();
      }
    };
  });
}
