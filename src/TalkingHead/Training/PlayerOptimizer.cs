using TalkingHead.Configuration;
using TalkingHead.Distributed;
using TalkingHead.Libtorch;
using TalkingHead.Losses;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TalkingHead.Training;

/// <summary>
/// One player of the adversarial game: parameters that are frozen but in their own phase, in one tensor, and what moves
/// them: Adam (Kingma and Ba 2015), and Muon for the matrices where a configuration says so.
/// </summary>
sealed class PlayerOptimizer : IDisposable
{
    readonly string name;
    readonly OptimizerSettings settings;
    readonly double rate, muonRate;
    readonly FlatParameters flat;
    readonly Tensor mean, square, step; // Adam's moments, and the number of the step as libtorch's kernel wants it
    readonly Muon? muon;
    readonly Tensor[] muonMeans = [];
    readonly Ranks ranks;
    readonly ParallelParts? parallel;
    readonly HashSet<(int, bool)> met = []; // batches whose shapes libtorch knows
    LossSum? last;
    Tensor? sum; // of the parts' totals

    /// <param name="name">"generator" or "discriminator": names its losses.</param>
    /// <param name="parameters">What it trains.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="settings">The rest of Adam, and of Muon.</param>
    /// <param name="muonRate">Muon's rate for the matrices among them; 0 where Adam trains those too.</param>
    /// <param name="ranks">Whose gradients are averaged; none for this process alone.</param>
    /// <param name="parallel">Where the parts of a batch are worked at the same time; null for one after the other.</param>
    public PlayerOptimizer(string name, IEnumerable<Parameter> parameters, double rate, OptimizerSettings settings, double muonRate = 0,
        Ranks? ranks = null, ParallelParts? parallel = null)
    {
        (this.name, this.rate, this.settings, this.muonRate, this.parallel) = (name, rate, settings, muonRate, parallel);
        this.ranks = ranks ?? Ranks.Alone;
        flat = new FlatParameters(parameters, last: parameter => muonRate > 0 && IsMatrix(parameter));
        (mean, square) = (flat.Zeros(), flat.Zeros());
        step = zeros(1, device: mean.device).squeeze().DetachFromDisposeScope();
        if (muonRate > 0)
        {
            // Muon's mean lies where Adam's would; the largest first, so that threads have about the same.
            var matrices = Enumerable.Range(0, flat.Parameters.Count).Where(i => IsMatrix(flat.Parameters[i]))
                .OrderByDescending(i => flat.Parameters[i].numel()).ToList();
            muonMeans = [.. matrices.Select(i => flat.View(mean, i).DetachFromDisposeScope())];
            muon = new Muon([.. matrices.Select((i, place) => (flat.Parameters[i], muonMeans[place]))], settings.MuonMomentum, parallel);
        }
        Freeze();
    }

    // Convolutions and P; not ψ' and w' of a person, (1,A) and (1,N), which are vectors.
    static bool IsMatrix(Tensor parameter) => parameter.ndim > 2 || (parameter.ndim == 2 && parameter.shape[0] > 1);

    /// <summary>Its parameters.</summary>
    public FlatParameters Flat => flat;

    /// <summary>Steps taken.</summary>
    public long Steps { get; private set; }

    /// <summary>
    /// The moments of the parameter of number <paramref name="index"/>, in its shape: of Muon's matrices the first only
    /// counts.
    /// </summary>
    public (Tensor Mean, Tensor Square) Moments(int index) => (flat.View(mean, index), flat.View(square, index));

    /// <summary>All moments, for a copy to other ranks.</summary>
    public IEnumerable<Tensor> FlatMoments => [mean, square];

    /// <summary>Goes on as after so many steps, with moments that the caller has put in place.</summary>
    public void GoOnFrom(long steps)
    {
        using var _ = no_grad();
        Steps = steps;
        step.Fill_(steps);
    }

    /// <summary>What the learning rates are multiplied with from here on.</summary>
    public double RateFactor { get; set; } = 1;

    /// <summary>
    /// Whether each step's gradient is looked at before weights move. On a CPU that costs nothing; a GPU would have to be
    /// waited for, so there a run looks at its reports and becomes careful when one is not finite.
    /// </summary>
    public bool Careful { get; set; } = true;

    /// <summary>Starts a step: no gradient is left of the one before.</summary>
    public void Begin()
    {
        RequireGrad(true);
        using var _ = no_grad();
        flat.Gradients!.zero_();
        sum = null;
    }

    /// <summary>Frozen parameters get no gradient; gradients still pass through their layers to the input.</summary>
    public void Freeze() => RequireGrad(false);

    /// <summary>A player's work on the part of a batch with that number: adds its terms and its gradient
    /// (<see cref="Backward"/>), and gives what else the step needs, without its graph.</summary>
    public delegate Tensor Pass(int part, LossSum terms);

    /// <summary>Does a player's work on every part of a batch, at the same time where threads were given, and adds up their
    /// losses. Returns what each pass gave, in the caller's dispose scope.</summary>
    /// <param name="shares">The parts' shares of the batch, which sum to 1.</param>
    /// <param name="batch">How large the batch is, and whether the adversary takes part: what decides the shapes libtorch
    /// meets.</param>
    /// <param name="losses">Where they go.</param>
    /// <param name="pass">The work.</param>
    public Tensor[] RunParts(IReadOnlyList<double> shares, (int, bool) batch, OrderedDictionary<string, Tensor> losses, Pass pass)
    {
        var done = parallel is null ? [.. shares.Select((_, part) => Run(part))]
            : parallel.Run(shares.Count, Run, first: met.Add(batch));
        foreach (var (terms, result) in done.Skip(1)) // these may come from threads of their own
            Adopt([result, .. terms.Values.Select(term => term.Value)]);
        foreach (var (share, (terms, _)) in shares.Zip(done))
            Add(terms, share, losses);
        return [.. done.Select(part => part.Result)];

        (LossSum Terms, Tensor Result) Run(int part)
        {
            using var scope = NewDisposeScope();
            var terms = new LossSum();
            var result = pass(part, terms);
            return (terms.With(terms.Values.Select(term => term.Value.detach().MoveToOuterDisposeScope())),
                result.MoveToOuterDisposeScope());
        }
    }

    // Puts tensors into the current dispose scope.
    static void Adopt(IReadOnlyList<Tensor> tensors)
    {
        using var scope = NewDisposeScope();
        scope.Attach(tensors);
        foreach (var tensor in tensors)
            tensor.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Adds the gradient of a part of the batch, times <paramref name="share"/>, the part's share of the batch. Every loss
    /// is a mean, so the parts sum to the whole. A leaf <paramref name="beside"/> the parameters gets its gradient too.
    /// </summary>
    public void Backward(LossSum terms, double share, Tensor? beside = null)
    {
        using var scope = NewDisposeScope();
        var total = share == 1 ? terms.Total() : terms.Total().Mul(share);
        if (parallel is null)
            total.backward();
        else
        {
            Tensor[] leaves = beside is null ? [.. flat.Parameters] : [.. flat.Parameters, beside];
            var gradients = autograd.grad([total], leaves, allow_unused: true);
            parallel.InTurn(() => Add(leaves, gradients));
        }
        StepClock.Mark(StepPhase.Backward);
    }

    // What backward does to leaves; what the losses do not reach has no gradient.
    static void Add(Tensor[] leaves, IList<Tensor> gradients)
    {
        using var _ = no_grad();
        for (var i = 0; i < leaves.Length; i++)
            if (gradients[i] is { IsInvalid: false } gradient)
                leaves[i].grad = leaves[i].grad is { } sum ? sum.Add_(gradient) : gradient;
    }

    /// <summary>Adds the terms of a part of the batch, times its share, to <paramref name="losses"/>.</summary>
    public void Add(LossSum terms, double share, OrderedDictionary<string, Tensor> losses)
    {
        var total = terms.Total();
        foreach (var (term, value) in terms.Values)
            Add(losses, term, value, share);
        if (terms.Values.All(term => term.Key != name)) // where one term is all, it is the loss
            Add(losses, name, total, share);
        (last, sum) = (terms, sum is null ? total.detach() : sum.Add(total.detach()));
    }

    static void Add(OrderedDictionary<string, Tensor> losses, string loss, Tensor value, double share) =>
        losses[loss] = losses.TryGetValue(loss, out var before) ? before.Add(value.detach().Mul(share)) : value.detach().Mul(share);

    /// <summary>Ends the step: averages the gradient over the ranks, checks it, then moves the weights and freezes them.</summary>
    /// <exception cref="NonFiniteException">A term or the gradient is not finite; no weight has changed.</exception>
    public void Step(OrderedDictionary<string, Tensor> losses)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var gradients = flat.Gradients!;
        if (ranks.Count > 1)
        {
            ranks.Average([gradients]);
            StepClock.Mark(StepPhase.WaitingForRanks);
        }
        var norm = gradients.norm();
        if (Careful)
            Health.Check(name, last!, sum!, norm, ranks);
        if (settings.ClipNorm > 0)
            gradients.mul_(norm.Add(1e-6).reciprocal().Mul(settings.ClipNorm).ClampMax(1));
        muon?.Step(muonRate * RateFactor);
        Steps++;
        step.Add_(1);
        Adam();
        losses[$"{name}_gradient"] = norm.MoveToOuterDisposeScope();
        Freeze();
    }

    // Over all that is not Muon's. Every number is worked on its own, so threads may share them in any way.
    void Adam()
    {
        var parts = parallel?.Parts ?? 1;
        if (parallel is null)
            Part(0);
        else
            parallel.Run(parts, Part);

        int Part(int part)
        {
            // In whole vectors: the kernel rounds a rest otherwise.
            const long vector = FlatParameters.Alignment;
            long start = part * (flat.LastStart / vector) / parts * vector,
                length = (part + 1) * (flat.LastStart / vector) / parts * vector - start;
            if (length == 0)
                return part;
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            Aten.FusedAdam(flat.Weights.narrow(0, start, length), flat.Gradients!.narrow(0, start, length), mean.narrow(0, start, length),
                square.narrow(0, start, length),
                step, rate * RateFactor, settings.Beta1, settings.Beta2, settings.Epsilon);
            return part;
        }
    }

    void RequireGrad(bool value)
    {
        foreach (var parameter in flat.Parameters)
            parameter.requires_grad_(value);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in muonMeans)
            tensor.Dispose();
        mean.Dispose();
        square.Dispose();
        step.Dispose();
        flat.Dispose();
    }
}

/// <summary>A step met a number that is no number, before any weight changed.</summary>
public sealed class NonFiniteException(string term) : Exception($"{term} is not finite")
{
    /// <summary>The loss or gradient concerned.</summary>
    public string Term { get; } = term;
}

/// <summary>Checks between a backward pass and the optimiser.</summary>
static class Health
{
    /// <summary>The length of all gradients together, a scalar on the device.</summary>
    public static Tensor GradientNorm(IEnumerable<Parameter> parameters)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var norms = parameters.Select(parameter => parameter.grad).OfType<Tensor>().Select(gradient => gradient.norm()).ToList();
        return stack(norms).norm().MoveToOuterDisposeScope();
    }

    /// <summary>Names the first term that is not finite with any rank, else the gradient, which is the ranks' mean already.</summary>
    /// <exception cref="NonFiniteException">The total of the terms or the norm is not finite.</exception>
    public static void Check(string phase, LossSum terms, Tensor total, Tensor gradientNorm, Ranks ranks)
    {
        // One number to read while all is well. Both are needed: the slope of |x| at NaN is 0.
        using var both = total.Add(gradientNorm);
        ranks.Average([both]);
        if (float.IsFinite(both.item<float>()))
            return;
        var values = terms.Values.Select(term => KeyValuePair.Create(term.Key, term.Value.detach().clone())).ToList();
        ranks.Average([.. values.Select(value => value.Value)]);
        foreach (var (name, value) in values)
            if (!float.IsFinite(value.item<float>()))
                throw new NonFiniteException($"the term {name} of the {phase}'s loss");
        throw new NonFiniteException($"the {phase}'s gradient");
    }
}
