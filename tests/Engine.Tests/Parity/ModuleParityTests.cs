using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Engine.Tests.Parity;

/// <summary>Every module has PyTorch's state-dict keys, and with PyTorch's weights its results, gradients and buffers.</summary>
public sealed class ModuleParityTests
{
    static readonly Dictionary<string, Func<Module<Tensor, Tensor>>> modules = new()
    {
        ["nn.Conv2d"] = () => Conv2d(4, 6, 3, 2, 1, 1, groups: 2),
        ["nn.Conv2d.reflect"] = () => Conv2d(4, 2, 3, padding: 1, padding_mode: PaddingModes.Reflect, bias: false),
        ["nn.Conv2d.same"] = () => Conv2d(4, 2, (3, 1), Padding.Same),
        ["nn.Linear"] = () => Linear(5, 3),
        ["nn.Linear.plain"] = () => Linear(5, 3, false),
        ["nn.InstanceNorm2d"] = () => InstanceNorm2d(4, 1e-4, affine: true),
        ["nn.InstanceNorm2d.tracking"] = () => InstanceNorm2d(4, affine: true, track_running_stats: true),
        ["nn.InstanceNorm2d.eval"] = () => InstanceNorm2d(4, track_running_stats: true),
        ["nn.BatchNorm2d"] = () => BatchNorm2d(4, 1e-3, 0.2),
        ["nn.BatchNorm2d.eval"] = () => BatchNorm2d(4),
        ["nn.BatchNorm1d"] = () => BatchNorm1d(4),
        ["nn.PReLU"] = () => PReLU(4),
        ["nn.ReLU"] = () => ReLU(),
        ["nn.LeakyReLU"] = () => LeakyReLU(0.2),
        ["nn.SiLU"] = () => SiLU(),
        ["nn.Sigmoid"] = () => Sigmoid(),
        ["nn.Tanh"] = () => Tanh(),
        ["nn.Softmax"] = () => Softmax(1),
        ["nn.Dropout.eval"] = () => Dropout(),
        ["nn.Identity"] = () => Identity(),
        ["nn.Flatten"] = () => Flatten(),
        ["nn.AvgPool2d"] = () => AvgPool2d(3, 1, 1, count_include_pad: false),
        ["nn.MaxPool2d"] = () => MaxPool2d(3, 2, 1),
        ["nn.AdaptiveAvgPool2d"] = () => AdaptiveAvgPool2d((2, 3)),
        ["nn.Sequential"] = () => Sequential(Conv2d(4, 3, 1), ReLU(), Sequential(Conv2d(3, 2, 3))),
    };

    internal static IEnumerable<Delegate> Factories => modules.Values;

    public static TheoryData<string> Names => [.. modules.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void EqualsPyTorch(string name)
    {
        using var scope = NewDisposeScope();
        using var module = modules[name]();
        module.train(!name.EndsWith(".eval", StringComparison.Ordinal));
        var state = OperatorFixture.Named(name, "state");
        Assert.Equal(state.Keys.Order(), module.state_dict().Keys.Order());
        module.load_state_dict(state);

        var x = OperatorFixture.Read($"{name}/in0").requires_grad_();
        var y = module.call(x);
        Compare.Near(OperatorFixture.Read($"{name}/out0"), y, $"{name}, result");
        autograd.backward(y, OperatorFixture.Read($"{name}/up0"));
        Compare.Near(OperatorFixture.Read($"{name}/grad0"), x.grad!, $"{name}, gradient of the input");

        var gradients = OperatorFixture.Named(name, "grad");
        Assert.Equal(gradients.Keys.Order(), module.named_parameters().Select(each => each.name).Order());
        foreach (var (key, parameter) in module.named_parameters()) Compare.Near(gradients[key], parameter.grad!, $"{name}, gradient of {key}");
        var buffers = OperatorFixture.Named(name, "after");
        foreach (var (key, buffer) in module.named_buffers()) Compare.Near(buffers[key], buffer, $"{name}, {key} afterwards");
    }
}
