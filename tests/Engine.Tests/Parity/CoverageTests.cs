using System.Reflection;
using TorchSharp;
using static TorchSharp.torch;

namespace Engine.Tests.Parity;

/// <summary>No operator without a case: what the table does not call stands here with the reason.</summary>
public sealed class CoverageTests
{
    const string Creation = "makes a tensor of no other: Behaviour/CreationTests";
    const string Random = "draws numbers: Behaviour/RandomTests";
    const string Lifetime = "moves or frees a tensor: Behaviour/DisposeScopeTests";
    const string Graph = "changes the graph, no numbers: Behaviour/AutogradTests";
    const string Device = "needs a GPU";

    static readonly Dictionary<string, string> elsewhere = new()
    {
        ["torch.tensor"] = Creation,
        ["torch.from_array"] = Creation,
        ["torch.frombuffer"] = Creation,
        ["torch.empty"] = Creation,
        ["torch.zeros"] = Creation,
        ["torch.ones"] = Creation,
        ["torch.full"] = Creation,
        ["torch.eye"] = Creation,
        ["torch.arange"] = Creation,
        ["torch.linspace"] = Creation,
        ["torch.empty_like"] = Creation,
        ["torch.zeros_like"] = Creation,
        ["torch.ones_like"] = Creation,
        ["torch.full_like"] = Creation,
        ["Tensor.empty_like"] = Creation,
        ["Tensor.zeros_like"] = Creation,
        ["Tensor.ones_like"] = Creation,
        ["Tensor.full_like"] = Creation,
        ["Tensor.fill_"] = Creation,
        ["Tensor.zero_"] = Creation,
        ["Tensor.op_Implicit"] = Creation,
        ["torch.rand"] = Random,
        ["torch.randn"] = Random,
        ["torch.randint"] = Random,
        ["torch.randperm"] = Random,
        ["torch.rand_like"] = Random,
        ["torch.randn_like"] = Random,
        ["torch.bernoulli"] = Random,
        ["torch.multinomial"] = Random,
        ["torch.get_rng_state"] = Random,
        ["Tensor.rand_like"] = Random,
        ["Tensor.randn_like"] = Random,
        ["Tensor.bernoulli"] = Random,
        ["Tensor.bernoulli_"] = Random,
        ["Tensor.multinomial"] = Random,
        ["Tensor.normal_"] = Random,
        ["Tensor.uniform_"] = Random,
        ["Tensor.random_"] = Random,
        ["functional.dropout"] = Random,
        ["functional.dropout2d"] = Random,
        ["torch.WrappedTensorDisposeScope"] = Lifetime,
        ["Tensor.MoveToOuterDisposeScope"] = Lifetime,
        ["Tensor.MoveToOtherDisposeScope"] = Lifetime,
        ["Tensor.DetachFromDisposeScope"] = Lifetime,
        ["Tensor.detach"] = Graph,
        ["Tensor.detach_"] = Graph,
        ["Tensor.requires_grad_"] = Graph,
        ["Tensor.with_requires_grad"] = Graph,
        ["Tensor.cuda"] = Device,
        ["Tensor.pin_memory"] = Device,
        ["nn.Parameter"] = Creation,
        ["nn.ModuleList"] = "holds modules: Modules/",
    };

    static readonly Type[] offering = [typeof(Tensor), typeof(torch), typeof(linalg), typeof(nn.functional), typeof(nn)];

    static readonly HashSet<string> offered = [.. offering.SelectMany(type => type
        .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        .Where(method => (!method.IsSpecialName || method.Name.StartsWith("op_")) && Gives(method.ReturnType)))
        .Select(Name)];

    static readonly HashSet<string> called = [.. CalledMethods.Of([.. Cases.Table.SelectMany(each => each.Forms), .. ModuleParityTests.Factories])
        .Where(method => offering.Contains(method.DeclaringType)).Select(Name)];

    [Fact]
    public void EveryOperatorAndModuleHasACaseOrAReason()
    {
        var without = offered.Where(name => !called.Contains(name) && !elsewhere.ContainsKey(name)).Order().ToList();
        Assert.True(without.Count == 0, $"{without.Count} of {offered.Count} operators have no case in Parity/Cases: {string.Join(", ", without)}");
    }

    [Fact]
    public void NoReasonIsStale() => Assert.DoesNotContain(elsewhere.Keys, name => called.Contains(name) || !offered.Contains(name));

    [Fact]
    public void CallsAreFoundInsideNestedLambdas() => Assert.Contains("Tensor.add_", called);

    static string Name(MethodBase method) => $"{method.DeclaringType!.Name}.{method.Name}";

    // Tensors, alone or several, or a module.
    static bool Gives(Type type) => typeof(nn.Module).IsAssignableFrom(type) || typeof(Tensor).IsAssignableFrom(type) || type == typeof(Tensor[]) || type.GetGenericArguments().Contains(typeof(Tensor));
}
