using static TorchSharp.torch;

namespace Engine.Tests.Parity;

/// <summary>One to four results, whatever the operator returns.</summary>
readonly record struct Results(Tensor[] Tensors)
{
    public static implicit operator Results(Tensor one) => new([one]);
    public static implicit operator Results(Tensor[] all) => new(all);
    public static implicit operator Results((Tensor, Tensor) two) => new([two.Item1, two.Item2]);
    public static implicit operator Results((Tensor, Tensor, Tensor) three) => new([three.Item1, three.Item2, three.Item3]);
}

/// <summary>An operator's case in the fixture, and every form in which the API offers it: all must give the same.</summary>
sealed record Case(string Name, Func<Tensor[], Results>[] Forms)
{
    public override string ToString() => Name;
}

/// <summary>The table of cases, in the order of tests/oracles/make_operator_fixtures.py.</summary>
static partial class Cases
{
    static readonly List<Case> table = [];

    static Cases()
    {
        Arithmetic();
        Elementary();
        Activations();
        Comparisons();
        Reductions();
        Extrema();
        Shapes();
        Parts();
        Gathering();
        Matrices();
        Decompositions();
        Convolutions();
        Normalization();
        Pooling();
        Sampling();
        Losses();
    }

    internal static IReadOnlyList<Case> Table => table;

    static void Add(string name, params Func<Tensor[], Results>[] forms) => table.Add(new(name, forms));

    /// <summary>Runs an in-place operator on a copy, and holds that it returns the very tensor it changed.</summary>
    static Tensor InPlace(Tensor start, Func<Tensor, Tensor> change)
    {
        var copy = start.clone();
        Assert.Same(copy, change(copy));
        return copy;
    }

    /// <summary>Runs an operator of torch.nn.functional in place: its result is another handle to the changed tensor.</summary>
    static Tensor Aliased(Tensor start, Func<Tensor, Tensor> change)
    {
        var copy = start.clone();
        var result = change(copy);
        Assert.NotSame(copy, result);
        copy.Dispose();
        return result;
    }
}
