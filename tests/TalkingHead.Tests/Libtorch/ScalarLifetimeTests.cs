using Mono.Cecil;
using TalkingHead.Libtorch;
using TorchSharp;

namespace TalkingHead.Tests.Libtorch;

/// <summary>
/// No code of ours calls an operator of TorchSharp that makes a temporary Scalar, whose finalizer may free the number before
/// native code reads it: <see cref="TalkingHead.Libtorch.Scalars"/> has the ones to call instead.
/// </summary>
public class ScalarLifetimeTests
{
    // Constructors whose value is loaded over, a number that is only used by other branches, and a picture for TensorBoard.
    static readonly string[] harmless = ["nn::PReLU", "ScriptModule`2", "SummaryWriter::add_img"];

    [Theory]
    [InlineData("TalkingHead")]
    [InlineData("TalkingHead.Cli")]
    [InlineData("TalkingHead.Tests")]
    public void NoTemporaryScalars(string assembly) => AssertNone(assembly);

    /// <summary>Looks through an assembly beside the tests.</summary>
    internal static void AssertNone(string assembly)
    {
        var folder = AppContext.BaseDirectory;
        using var torchSharp = ModuleDefinition.ReadModule(Path.Combine(folder, "TorchSharp.dll"));
        using var ours = ModuleDefinition.ReadModule(Path.Combine(folder, assembly + ".dll"));
        var makers = Makers(torchSharp);
        Assert.Contains(makers, m => m.EndsWith("::add(TorchSharp.torch/Tensor)", StringComparison.Ordinal));

        // Scalars keeps those that it makes.
        var calls = from method in Methods(ours)
                    let keeps = method.DeclaringType.FullName.Split('/')[0] == typeof(TalkingHead.Libtorch.Scalars).FullName
                    from called in Calls(method)
                    where Creates(called) && !keeps || makers.Contains(called.FullName)
                    where !harmless.Any(called.FullName.Contains)
                    select $"{method.FullName} calls {called.FullName}";
        Assert.True(!calls.Any(), string.Join(Environment.NewLine, calls));
    }

    // The methods of TorchSharp that make a Scalar, or call one that does.
    static HashSet<string> Makers(ModuleDefinition torchSharp)
    {
        var methods = Methods(torchSharp).Where(m => m.DeclaringType.FullName != typeof(Scalar).FullName
            && m.ReturnType.FullName != typeof(Scalar).FullName).ToList();
        var makers = methods.Where(m => Calls(m).Any(Creates)).Select(m => m.FullName).ToHashSet();
        while (methods.Where(m => !makers.Contains(m.FullName) && Calls(m).Any(c => makers.Contains(c.FullName)))
            .ToList() is { Count: > 0 } more)
            makers.UnionWith(more.Select(m => m.FullName));
        return makers;
    }

    static bool Creates(MethodReference method) =>
        method.Name is "op_Implicit" or ".ctor" && method.DeclaringType.FullName == typeof(Scalar).FullName
        || method.Name == "ToScalar" && method.ReturnType.FullName == typeof(Scalar).FullName;

    static IEnumerable<MethodDefinition> Methods(ModuleDefinition module) =>
        module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody);

    static IEnumerable<MethodReference> Calls(MethodDefinition method) =>
        method.Body.Instructions.Select(i => i.Operand).OfType<MethodReference>();
}
