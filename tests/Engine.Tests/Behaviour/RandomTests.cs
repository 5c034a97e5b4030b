using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Engine.Tests.Behaviour;

/// <summary>Random numbers: seeds and states reproduce them; shapes, types and moments are right.</summary>
public sealed class RandomTests : IDisposable
{
    readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    static readonly Func<Generator, Tensor>[] draws =
    [
        g => rand(5, generator: g),
        g => randn(5, generator: g),
        g => randint(0, 100, [5], generator: g),
        g => randperm(10, generator: g),
        g => empty(5).normal_(1, 2, g),
        g => empty(5).uniform_(-1, 1, g),
        g => empty(5).bernoulli_(0.3, g),
        g => empty(50).bernoulli_(full(50, 0.5), g),
        g => full(50, 0.5).bernoulli(g),
        g => bernoulli(full(50, 0.5), g),
        g => empty(5).random_(0, 100, g),
        g => multinomial(ones(10), 5, generator: g),
        g => ones(10).multinomial(5, generator: g),
    ];

    [Fact]
    public void TheSameSeedGivesTheSameNumbersAndAnotherSeedOthers()
    {
        foreach (var draw in draws)
        {
            using Generator first = new(7), second = new(7), other = new(8);
            var numbers = draw(first);
            Assert.True(numbers.Equals(draw(second)));
            Assert.False(cat([numbers, draw(first)]).Equals(cat([draw(other), draw(other)])));
        }
    }

    [Fact]
    public void AGeneratorsStateGivesTheSameNumbersAgain()
    {
        using var generator = new Generator(3);
        _ = rand(17, generator: generator);
        var state = generator.get_state();
        var next = randn(9, generator: generator);
        Assert.False(next.Equals(randn(9, generator: generator)));
        generator.set_state(state);
        Assert.True(next.Equals(randn(9, generator: generator)));
        Assert.Equal(3, generator.initial_seed());
    }

    [Fact]
    public void TheDefaultGeneratorIsSeededSavedAndRestored()
    {
        lock (typeof(Generator)) // the default generator is the process's
        {
            manual_seed(5).Dispose();
            var state = get_rng_state();
            var numbers = rand(4);
            set_rng_state(state);
            Assert.True(numbers.Equals(rand(4)));
            Assert.Equal(5, random.initial_seed());
        }
    }

    [Fact]
    public void MomentsAndRangesAreRight()
    {
        using var generator = new Generator(1);
        var normal = randn(20_000, generator: generator);
        Assert.InRange(normal.mean().item<float>(), -0.03, 0.03);
        Assert.InRange(normal.std().item<float>(), 0.97, 1.03);
        var uniform = rand(20_000, generator: generator);
        Assert.InRange(uniform.min().item<float>(), 0, 0.001);
        Assert.InRange(uniform.max().item<float>(), 0.999, 1);
        var whole = randint(2, 5, [1000L], generator: generator);
        Assert.Equal((ScalarType.Int64, 2, 4), (whole.dtype, whole.min().item<long>(), whole.max().item<long>()));
        Assert.Equal(4950, randperm(100, generator: generator).sum().item<long>());
        Assert.Equal([2, 3], randint(10, new Size((2, 3))).shape);
        Assert.Equal([2, 3], randint(10, (int[])[2, 3]).shape);
        Assert.Equal(6, randperm(4, @out: empty(4, dtype: ScalarType.Int64)).sum().item<long>());
        Assert.InRange(empty(5000).bernoulli_(0.3, generator).mean().item<float>(), 0.27, 0.33);
    }

    [Fact]
    public void LikesHaveTheirPatternsSizeAndType()
    {
        var pattern = zeros(2, 3, dtype: ScalarType.Float64);
        Assert.All<Tensor>([pattern.rand_like(), rand_like(pattern), pattern.randn_like(), randn_like(pattern)], made =>
        {
            Assert.Equal([2, 3], made.shape);
            Assert.Equal(ScalarType.Float64, made.dtype);
        });
    }

    [Fact]
    public void DropoutZeroesAShareAndScalesTheRest()
    {
        var x = ones(100, 100);
        var dropped = functional.dropout(x, 0.25);
        Assert.InRange((dropped == 0).mean([0, 1], type: ScalarType.Float32).item<float>(), 0.22, 0.28);
        Assert.Equal(1 / 0.75f, dropped.max().item<float>(), 5);
        Assert.True(functional.dropout(x, 0.25, training: false).Equals(x));
        var channels = functional.dropout2d(ones(4, 50, 3, 3), 0.5).sum([2L, 3L]);
        Assert.True(((channels == 0) | (channels == 18)).all().item<bool>());
        var changed = functional.dropout(x, 0.25, inplace: true);
        Assert.True(changed.Equals(x));
    }
}
