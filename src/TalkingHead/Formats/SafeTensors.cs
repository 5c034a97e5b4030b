using static TorchSharp.torch;

namespace TalkingHead.Formats;

/// <summary>Tensors by name in one safetensors file, which Python's <c>safetensors</c> reads and writes too.</summary>
public static class SafeTensors
{
    /// <summary>Writes tensors from any device: whole or not at all, and the same bytes for the same content.</summary>
    /// <param name="path">The file; an existing one is replaced when the new one is complete.</param>
    /// <param name="tensors">Names and tensors, in any order; float32, float16, bfloat16, float64, integers or bool.</param>
    /// <param name="metadata">Strings kept beside the tensors.</param>
    public static void Save(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        SafeTensorsWriter.Write(path, tensors.Select(Entry), metadata);

    /// <summary>Reads every tensor.</summary>
    /// <exception cref="UserException">The file is missing, truncated or not in this format.</exception>
    public static Dictionary<string, Tensor> Load(string path, Device? device = null)
    {
        using var file = SafeTensorsFile.Open(path);
        return file.Tensors.ToDictionary(entry => entry.Key, entry => entry.Value.ToTensor(device));
    }

    static SafeTensorsEntry Entry(KeyValuePair<string, Tensor> entry) =>
        new(entry.Key, entry.Value.dtype, entry.Value.shape, stream => TensorBytes.Write(entry.Value, stream));
}
