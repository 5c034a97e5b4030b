using TalkingHead.Configuration;
using TalkingHead.Data;
using TalkingHead.Losses;
using TalkingHead.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Generator = TalkingHead.Models.Generator;

namespace TalkingHead.Training;

/// <summary>
/// One step of learning a new person (paper, section 3.3): the generator with the person's own ψ', then the
/// discriminator with the person's own w'. ψ' and w' exist before the optimisers that train them; P, W and w0 rest.
/// </summary>
public sealed class FineTuningStep : IDisposable
{
    readonly Generator generator;
    readonly Discriminator discriminator;
    readonly ContentLoss content;
    readonly ObjectiveSettings objective;
    readonly OptimizerSettings settings;
    readonly PlayerOptimizer generatorOptimizer;
    readonly PlayerOptimizer discriminatorOptimizer;
    readonly ParallelParts? parallel;
    int steps;

    /// <summary>
    /// A person whose embedding ê_NEW (1,N) is the mean over the T frames: ψ' = P ê_NEW, w' = w0 + ê_NEW. With
    /// <see cref="OptimizerSettings.ParallelParts"/>, on a CPU, a batch of the person's frames is worked in as many parts as a
    /// batch in training, at the same time. With <paramref name="psi"/> ψ' starts as it is, which also has the frames' references.
    /// </summary>
    public FineTuningStep(RunConfiguration configuration, Generator generator, Discriminator discriminator, Tensor embedding,
        ContentLoss content, Tensor? psi = null)
    {
        (this.generator, this.discriminator, this.content) = (generator, discriminator, content);
        (objective, settings) = (configuration.Objective, configuration.Optimizer);
        using (no_grad())
        {
            Psi = new Parameter((psi?.detach().clone() ?? generator.Project(embedding)).DetachFromDisposeScope());
            Person = new Parameter(discriminator.Person(embedding).DetachFromDisposeScope());
        }
        foreach (var parameter in generator.parameters().Concat(discriminator.parameters()))
            parameter.requires_grad_(false);
        parallel = ParallelParts.For(configuration, Psi.device_type);
        generatorOptimizer = new PlayerOptimizer("generator", [.. generator.ParametersWithoutProjection(), Psi],
            settings.GeneratorRate, settings, settings.MuonRate, parallel: parallel);
        discriminatorOptimizer = new PlayerOptimizer("discriminator", [.. discriminator.ParametersWithoutPerson(), Person],
            settings.DiscriminatorRate, settings, parallel: parallel);
    }

    /// <summary>ψ' (1,A): the person's scales and shifts and canvas, which are trained, and references, which are not.</summary>
    public Parameter Psi { get; }

    /// <summary>What trains ψ and, last, ψ'.</summary>
    internal PlayerOptimizer GeneratorOptimizer => generatorOptimizer;

    /// <summary>w', the person's vector in the discriminator (1,N).</summary>
    public Parameter Person { get; }

    /// <summary>
    /// Trains on frames of the person and their landmark images (B,3,S,S) in [-1,1]; in the warm-up
    /// (<paramref name="adversarial"/> false) the generator alone, on the content loss. Returns every loss by name,
    /// unweighted, a detached scalar on the device, in the caller's dispose scope.
    /// </summary>
    /// <param name="frames">x.</param>
    /// <param name="landmarks">y.</param>
    /// <param name="targets">The frames' rows of <see cref="ContentLoss.Targets"/>; computed when null.</param>
    /// <param name="adversarial">Whether the discriminator takes part.</param>
    /// <param name="own">The frames' numbers (B), int64, among those that ψ' has references of: of three steps in a row a frame is drawn
    /// without references in the first, without its own in the second. Null where ψ' has no references.</param>
    /// <exception cref="ArgumentNullException"><paramref name="own"/> is null and ψ' has references.</exception>
    public IReadOnlyDictionary<string, Tensor> Run(Tensor frames, Tensor landmarks, IReadOnlyList<Tensor>? targets = null,
        bool adversarial = true, Tensor? own = null)
    {
        if (own is null && generator.ReferencesIn(Psi.shape[1]) > 0)
            throw new ArgumentNullException(nameof(own), "ψ' has references of the frames; expected the frames' numbers among them.");
        using var scope = NewDisposeScope();
        var losses = new OrderedDictionary<string, Tensor>();
        var fake = TrainGenerator(frames, landmarks, targets, adversarial, own, losses);
        for (var step = 0; adversarial && step < settings.DiscriminatorSteps; step++)
            TrainDiscriminator(frames, landmarks, fake, losses);
        foreach (var loss in losses.Values)
            loss.MoveToOuterDisposeScope();
        return losses;
    }

    // L' = L'_CNT + L'_ADV, for ψ and ψ'. Gives x̂.
    Tensor TrainGenerator(Tensor frames, Tensor landmarks, IReadOnlyList<Tensor>? targets, bool adversarial, Tensor? own,
        OrderedDictionary<string, Tensor> losses)
    {
        generatorOptimizer.Begin();
        var turn = steps++ % 3;
        using var held = adversarial ? new HeldWeights(discriminator) : null; // it is frozen here, and meets x̂ and x
        var fakes = RunParts(generatorOptimizer, frames, adversarial, losses, (rows, share, terms) =>
        {
            var (x, y) = (rows(frames), rows(landmarks));
            var fake = generator.call(y, own is null ? Psi : Seen(rows(own), turn));
            content.AddTerms(terms, fake, x, y, targets?.Select(rows).ToArray());
            if (adversarial)
            {
                var (score, fakeMaps) = discriminator.call(fake, y, Person);
                terms.Add("adversarial", objective.Adversarial!.Value, AdversarialLoss.Generator(score));
                terms.Add("feature_matching", objective.FeatureMatching!.Value,
                    FeatureMatching.Loss(fakeMaps, discriminator.RealMaps(x, y)));
            }
            generatorOptimizer.Backward(terms, share);
            return fake.detach(); // D learns from x̂ as a picture: nothing flows back into G
        });
        generatorOptimizer.Step(losses);
        SpectralNorm.Iterate(generator);
        return fakes.Length == 1 ? fakes[0] : cat(fakes);
    }

    // ψ' with the references that frames are drawn from. Steps take turns, so that what no reference shows is learned, too, and that one
    // is trusted where it is right: none, those of the other frames, all. An only frame is always drawn without its own.
    Tensor Seen(Tensor own, int turn) => (generator.ReferencesIn(Psi.shape[1]), turn) switch
    {
        (0, _) => Psi,
        (_, 0) => Psi[.., ..generator.StyleLength],
        ( > 1, 2) => Psi,
        _ => generator.WithoutOwn(Psi, own),
    };

    // The hinge loss, for θ, w' and b.
    void TrainDiscriminator(Tensor frames, Tensor landmarks, Tensor fake, OrderedDictionary<string, Tensor> losses)
    {
        discriminatorOptimizer.Begin();
        RunParts(discriminatorOptimizer, frames, true, losses, (rows, share, terms) =>
        {
            var (real, faked) = discriminator.Compare(rows(frames), rows(fake), rows(landmarks), Person);
            terms.Add("discriminator", 1, AdversarialLoss.Discriminator(real, faked));
            terms.Add("real_score", 0, real.mean());
            terms.Add("fake_score", 0, faked.mean());
            discriminatorOptimizer.Backward(terms, share);
            return real.detach();
        });
        discriminatorOptimizer.Step(losses);
        SpectralNorm.Iterate(discriminator);
    }

    // A player's work on a part: what takes the part's rows of a tensor (B,...), and the part's share of the batch.
    delegate Tensor Pass(Func<Tensor, Tensor> rows, double share, LossSum terms);

    Tensor[] RunParts(PlayerOptimizer optimizer, Tensor frames, bool adversarial, OrderedDictionary<string, Tensor> losses, Pass pass)
    {
        var batch = (int)frames.shape[0];
        (int Start, int Length, double Share)[] parts = [.. EpisodeBatch.Split(batch, parallel?.Parts ?? 1)];
        return optimizer.RunParts([.. parts.Select(part => part.Share)], (batch, adversarial), losses, (number, terms) =>
        {
            var (start, length, share) = parts[number];
            return pass(tensor => tensor.narrow(0, start, length), share, terms);
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        generatorOptimizer.Dispose();
        discriminatorOptimizer.Dispose();
        parallel?.Dispose();
        Psi.Dispose();
        Person.Dispose();
    }
}
