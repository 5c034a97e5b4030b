using System.Text.RegularExpressions;
using TorchSharp;

namespace Engine.Tests.Api;

/// <summary>
/// A name that the engine offers comes with all its overloads, so that a call binds here as it does with the package:
/// one that is unambiguous here and not there would only fail at the user's.
/// </summary>
public sealed class OverloadTests
{
    // Where calls with literals, spans and tuples have to choose among overloads.
    static readonly string[] types =
    [
        "TorchSharp.torch", "TorchSharp.torch.Tensor", "TorchSharp.torch.TensorIndex", "TorchSharp.torch.Size", "TorchSharp.torch.linalg",
        "TorchSharp.torch.nn", "TorchSharp.torch.nn.functional", "TorchSharp.DisposeScope", "TorchSharp.Scalar",
    ];

    // What is left out with the types it is about: complex numbers, named dimensions, handles of the package's own library.
    static readonly string[] leftOut =
    [
        "System.Numerics.Complex", "ValueTuple<float, float>", "TorchSharp.BFloat16", "real, ", "ValueTuple<double, double> scalar",
        "IntPtr", "IList<string> dims", "string dim,", "op_Implicit(TorchSharp.torch.TensorIndex", "GELU.Approximate",
    ];

    static readonly Regex methodName = new(@"(this(?=\[)|[^\s<>(]+(?=(?:<[^<>]*>)?\())");

    [Fact]
    public void EveryOverloadOfAnOfferedNameIsOffered()
    {
        var surface = Surface.Of(typeof(torch).Assembly).Where(line => Name(line) is not null).ToHashSet();
        var offered = surface.Select(Name).ToHashSet();
        var missing = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Fixtures", "Api", "TorchSharp-0.107.0.txt"))
            .Where(line => Name(line) is { } name && offered.Contains(name) && !surface.Contains(line) && !leftOut.Any(line.Contains))
            .ToList();
        Assert.True(missing.Count == 0, $"{missing.Count} overloads are missing:\n{string.Join('\n', missing)}");
    }

    // "TYPE . NAME" of a method, an indexer or a constructor.
    static string? Name(string line)
    {
        var parts = line.Split(" . ", 2);
        if (parts.Length < 2 || !types.Contains(parts[0])) return null;
        var name = methodName.Match(parts[1]);
        return name.Success ? $"{parts[0]} . {name.Groups[1].Value}" : null;
    }
}
