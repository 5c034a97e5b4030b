using static TorchSharp.torch;

namespace Engine.Tests.Parity;

/// <summary>Every operator, in every form that the API offers, gives PyTorch's results and gradients.</summary>
public sealed class OperatorParityTests
{
    public static TheoryData<string> Names => [.. Cases.Table.Select(each => each.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryFormEqualsPyTorch(string name)
    {
        var forms = Cases.Table.Single(each => each.Name == name).Forms;
        for (var form = 0; form < forms.Length; form++) Check(name, forms[form], $"{name}, form {form}");
    }

    [Fact]
    public void TheTableAndTheFixtureHoldTheSameCases()
    {
        var table = Cases.Table.Select(each => each.Name).Concat(ModuleParityTests.Names.Select(row => row.Data)).ToList();
        Assert.Equal(OperatorFixture.Cases.Order(), table.Order());
    }

    static void Check(string name, Func<Tensor[], Results> form, string where)
    {
        using var scope = NewDisposeScope();
        var inputs = OperatorFixture.Numbered(name, "in");
        for (var k = 0; k < inputs.Length; k++) inputs[k].requires_grad = OperatorFixture.Has($"{name}/grad{k}");

        var outputs = form(inputs).Tensors;
        var expected = OperatorFixture.Numbered(name, "out");
        Assert.True(expected.Length == outputs.Length, $"{where}: {outputs.Length} results, expected {expected.Length}");
        for (var k = 0; k < outputs.Length; k++) Compare.Near(expected[k], outputs[k], $"{where}, result {k}");

        var followed = Enumerable.Range(0, outputs.Length).Where(k => OperatorFixture.Has($"{name}/up{k}")).ToList();
        if (followed.Count == 0) return;
        autograd.backward([.. followed.Select(k => outputs[k])], [.. followed.Select(k => OperatorFixture.Read($"{name}/up{k}"))]);
        for (var k = 0; k < inputs.Length; k++)
            if (inputs[k].requires_grad) Compare.Near(OperatorFixture.Read($"{name}/grad{k}"), inputs[k].grad!, $"{where}, gradient of input {k}");
    }
}
