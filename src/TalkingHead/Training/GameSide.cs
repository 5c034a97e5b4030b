using TalkingHead.Configuration;
using TalkingHead.Distributed;
using TalkingHead.Objectives;
using TalkingHead.Speed;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TalkingHead.Training;

/// <summary>One side of the adversarial game: parameters that are frozen but in their own phase, and their optimiser.</summary>
sealed class GameSide : IDisposable
{
    readonly Parameter[] parameters;
    readonly Adam optimizer;
    readonly Muon? muon;
    readonly double rate, orthogonalRate, clipNorm;
    readonly string name;
    readonly Ranks ranks;
    readonly GradientAverage? average;
    readonly SideBySide? sideBySide;
    LossTerms? last;
    Tensor? sum; // of the parts' totals
    double rateFactor = 1;
    double missing; // share of the batch whose parts are still to come

    /// <param name="name">"generator" or "discriminator": names its losses.</param>
    /// <param name="parameters">What it trains.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="settings">The rest of Adam, and of Muon.</param>
    /// <param name="orthogonalRate">Muon's rate for the matrices among them; 0 where Adam trains those too.</param>
    /// <param name="ranks">Whose gradients are averaged; none for this process alone.</param>
    /// <param name="sideBySide">Where the parts of a batch are worked at the same time; null for one after the other.</param>
    public GameSide(string name, IEnumerable<Parameter> parameters, double rate, OptimizerSettings settings, double orthogonalRate = 0, Ranks? ranks = null, SideBySide? sideBySide = null)
    {
        this.sideBySide = sideBySide;
        this.ranks = ranks ?? Ranks.Alone;
        this.name = name;
        this.parameters = [.. parameters];
        this.rate = rate;
        optimizer = optim.Adam(this.parameters, rate, settings.Beta1, settings.Beta2, settings.Epsilon);
        Acceleration.Speed(optimizer, this.parameters[0].device);
        clipNorm = settings.ClipNorm;
        this.orthogonalRate = orthogonalRate;
        if (orthogonalRate > 0) // its mean is Adam's, which is saved and shared; the largest first, so that threads have about the same
            muon = new Muon([.. this.parameters.Zip(States(optimizer), (parameter, state) => (parameter, state.exp_avg!)).Where(pair => pair.parameter.ndim > 1).OrderByDescending(pair => pair.parameter.numel())],
                settings.OrthogonalMomentum, sideBySide);
        average = this.ranks.Gradients(this.parameters);
        Freeze();
    }

    public Adam Optimizer => optimizer;

    /// <summary>What an optimiser keeps of each of its parameters, in their order.</summary>
    internal static IEnumerable<Adam.State> States(Adam optimizer) => optimizer.state_dict().State.Cast<Adam.State>();

    /// <summary>What the learning rate is multiplied with from here on.</summary>
    public double RateFactor
    {
        set
        {
            rateFactor = value;
            foreach (var group in optimizer.ParamGroups)
                group.LearningRate = rate * value;
        }
    }

    /// <summary>
    /// Whether each step's gradient is looked at before weights move. On a CPU that costs nothing; a GPU would have to be
    /// waited for, so there a run looks at its reports and becomes careful when one is not finite.
    /// </summary>
    public bool Careful { get; set; } = true;

    void Thaw() => RequireGrad(true);

    /// <summary>Frozen parameters get no gradient; gradients still pass through their layers to the input.</summary>
    public void Freeze() => RequireGrad(false);

    /// <summary>Starts a step: no gradient is left of the one before.</summary>
    public void Begin()
    {
        Thaw();
        optimizer.zero_grad();
        (sum, missing) = (null, 1);
    }

    /// <summary>The parameters' gradients, in their order; null where there is none.</summary>
    public IReadOnlyList<Tensor?> Gradients
    {
        get => [.. parameters.Select(parameter => parameter.grad)];
        set
        {
            foreach (var (parameter, gradient) in parameters.Zip(value))
                parameter.grad = gradient;
        }
    }

    /// <summary>The length of all gradients together, a scalar on the device.</summary>
    public Tensor GradientNorm() => Health.GradientNorm(parameters);

    /// <summary>No parameter has a gradient: the next backward pass makes new ones.</summary>
    public void DropGradients()
    {
        foreach (var parameter in parameters)
            parameter.grad = null;
    }

    /// <summary>
    /// Adds the gradient of a part of the batch, times <paramref name="share"/>, the part's share of the batch. Every loss
    /// is a mean, so the parts sum to the whole. A leaf <paramref name="beside"/> the parameters gets its gradient too.
    /// </summary>
    public void Backward(LossTerms terms, double share, Tensor? beside = null)
    {
        using var scope = NewDisposeScope();
        var total = terms.Total();
        if (sideBySide is not null)
        {
            Tensor[] leaves = beside is null ? parameters : [.. parameters, beside];
            var gradients = autograd.grad([share * total], leaves, allow_unused: true);
            sideBySide.InTurn(() => Add(leaves, gradients));
            StepClock.Mark(StepPhase.Backward);
            return;
        }
        missing -= share;
        if (missing < 1e-9)
            average?.Arm();
        (share == 1 ? total : share * total).backward();
        StepClock.Mark(StepPhase.Backward);
    }

    // What backward does to leaves: a gradient lies in memory as its leaf does, and what the losses do not reach has none.
    static void Add(IEnumerable<Tensor> leaves, IEnumerable<Tensor?> gradients)
    {
        using var _ = no_grad();
        foreach (var (leaf, gradient) in leaves.Zip(gradients))
            if (gradient is { IsInvalid: false })
                leaf.grad = leaf.grad is { } sum ? sum.add_(gradient) : empty_like(leaf).copy_(gradient);
    }

    /// <summary>Adds the terms of a part of the batch, times its share, to <paramref name="losses"/>.</summary>
    public void Add(LossTerms terms, double share, OrderedDictionary<string, Tensor> losses)
    {
        var total = terms.Total();
        foreach (var (term, value) in terms.Values)
            Add(losses, term, value, share);
        if (terms.Values.All(term => term.Key != name)) // where one term is all, it is the loss
            Add(losses, name, total, share);
        (last, sum) = (terms, sum is null ? total.detach() : sum + total.detach());
    }

    /// <summary>Ends the step: averages the gradient over the ranks, checks the gradient, then lets the optimiser move the weights, and freezes them.</summary>
    /// <exception cref="NonFiniteException">A term or the gradient is not finite; no weight has changed.</exception>
    public void Step(OrderedDictionary<string, Tensor> losses)
    {
        using var scope = NewDisposeScope();
        if (average is not null)
        {
            average.Finish();
            StepClock.Mark(StepPhase.WaitingForRanks);
        }
        var norm = GradientNorm();
        if (Careful)
            Health.Check(name, last!, sum!, norm, ranks);
        if (clipNorm > 0)
            ClipGradients(norm);
        muon?.Step(orthogonalRate * rateFactor);
        optimizer.step();
        losses[$"{name}_gradient"] = norm.MoveToOuterDisposeScope();
        Freeze();
    }

    static void Add(OrderedDictionary<string, Tensor> losses, string loss, Tensor value, double share) =>
        losses[loss] = losses.TryGetValue(loss, out var before) ? before + share * value.detach() : share * value.detach();

    // Scales all gradients alike so that together they are no longer than the limit; nn.utils has it with a device sync.
    void ClipGradients(Tensor norm)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var factor = (clipNorm / (norm + 1e-6)).clamp(max: 1);
        foreach (var gradient in parameters.Select(parameter => parameter.grad).OfType<Tensor>())
            gradient.mul_(factor);
    }

    void RequireGrad(bool value)
    {
        foreach (var parameter in parameters)
            parameter.requires_grad_(value);
    }

    public void Dispose()
    {
        average?.Dispose();
        optimizer.Dispose();
    }
}
