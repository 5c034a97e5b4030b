// Reads files' Content Credentials with c2pa-rs (WebAssembly) and c2pa-ts; prints one JSON line for each file and reader.
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import init, { WasmReader } from '@contentauth/c2pa-wasm';
import { BMFF, JPEG, PNG } from '@trustnxt/c2pa-ts/asset';
import { SuperBox } from '@trustnxt/c2pa-ts/jumbf';
import { ManifestStore } from '@trustnxt/c2pa-ts/manifest';

// c2pa-ts knows the boxes of MP4, but lists the brands of HEIC alone; and it takes "/uuid" for the path of an only uuid box,
// where the specification picks the right one of several by its data: ours is the first, the XMP packet's the last.
BMFF.canReadBrands.add('isom');
const byPath = BMFF.prototype.getBoxByPath;
BMFF.prototype.getBoxByPath = function (path) {
    return byPath.call(this, path) ?? this.getTopLevelBoxes().find(box => `/${box.type}` === path);
};

const types = { '.mp4': 'video/mp4', '.png': 'image/png', '.jpg': 'image/jpeg', '.gif': 'image/gif' };
await init({ module_or_path: await readFile(new URL(import.meta.resolve('@contentauth/c2pa-wasm/c2pa.wasm'))) });

const say = (file, reader, valid, failures) => console.log(JSON.stringify({ file, reader, valid, failures }));

for (const file of process.argv.slice(2)) {
    const bytes = await readFile(file);
    try {
        const store = JSON.parse((await WasmReader.fromBytes(types[extname(file)], bytes)).json());
        say(file, 'c2pa-wasm', store.validation_state === 'Valid', store.validation_results.activeManifest.failure.map(entry => entry.code));
    } catch (error) {
        say(file, 'c2pa-wasm', false, [String(error)]);
    }
    const kind = [JPEG, PNG, BMFF].find(kind => kind.canRead(bytes));
    if (!kind) continue;
    try {
        const asset = new kind(bytes);
        const result = await ManifestStore.read(SuperBox.fromBuffer(asset.getManifestJUMBF())).validate(asset);
        say(file, 'c2pa-ts', result.isValid, result.statusEntries.filter(entry => !entry.success).map(entry => entry.code));
    } catch (error) {
        say(file, 'c2pa-ts', false, [String(error)]);
    }
}
