using System.Runtime.InteropServices;
using TalkingHead.Objectives;
using TalkingHead.Speed;
using static TorchSharp.torch;

namespace TalkingHead.Training;

/// <summary>Makes a recording of work (<see cref="Acceleration.Record"/>); throws an <see cref="ExternalException"/> where that fails.</summary>
delegate RecordedWork Recorder(Func<IReadOnlyList<Tensor>> work);

/// <summary>
/// A phase's forward pass, losses and backward pass: many small launches of the same shapes in every step. Called, or
/// recorded at the first call and replayed from then on. What changes from step to step by other ways than tensors stays
/// outside: the rows of W that a batch has, learning rates and step counts, the average over ranks, clipping.
/// </summary>
/// <remarks>
/// A recording reads copies of its inputs, and the weights where they lie: optimisers and checkpoints write in place. It
/// is made while no parameter has a gradient, so its backward pass makes gradients in its own memory and each replay
/// overwrites them; a replay hands them to the parameters, whatever zeroing left there.
/// </remarks>
sealed class PhasePass(string name, GameSide side, PhasePass.Work work) : IDisposable
{
    // How far the first replay may be from the pass itself, relative: TF32 and bf16 sum in any order.
    const double Tolerance = 0.01;

    /// <summary>Adds the terms of a share of a batch and their gradient; gives what else the step needs, without its graph.</summary>
    public delegate Tensor Work(IReadOnlyList<Tensor> inputs, LossTerms terms, double share);

    Recorder? recorder;
    Action<string>? say;
    Recording? recording;

    /// <summary>From here on the pass is recorded, and <paramref name="say"/> told if that fails: then it goes on without.</summary>
    public void Record(Recorder recorder, Action<string> say) => (this.recorder, this.say) = (recorder, say);

    /// <summary>Whether the last run was a replay.</summary>
    public bool Replayed { get; private set; }

    /// <summary>
    /// The losses of a share of a batch and the work's result, in the caller's scope or the recording's until its next
    /// replay; the gradient is the parameters'.
    /// </summary>
    public (LossTerms Terms, Tensor Result) Run(double share, IReadOnlyList<Tensor> inputs)
    {
        Replayed = false;
        if (recorder is null || share != 1)
            return Call(inputs, share);
        if (recording?.Inputs.Count != inputs.Count) // the first step, or the first after the warm-up
            return RunBothWays(inputs);
        return inputs.Zip(recording.Inputs).All(pair => pair.First.shape.SequenceEqual(pair.Second.shape)) ? Replay(recording, inputs) : Call(inputs, share);
    }

    (LossTerms Terms, Tensor Result) Call(IReadOnlyList<Tensor> inputs, double share)
    {
        using var scope = NewDisposeScope();
        var terms = new LossTerms();
        var result = work(inputs, terms, share);
        return (terms.With(terms.Values.Select(term => term.Value.detach().MoveToOuterDisposeScope())), result.MoveToOuterDisposeScope());
    }

    (LossTerms Terms, Tensor Result) Replay(Recording recording, IReadOnlyList<Tensor> inputs)
    {
        using (no_grad())
            foreach (var (copy, input) in recording.Inputs.Zip(inputs))
                copy.copy_(input);
        recording.Work.Replay();
        side.Gradients = recording.Gradients;
        StepClock.Mark(StepPhase.Replay);
        Replayed = true;
        return (recording.Terms, recording.Work.Results[0]);
    }

    // Only a recording whose first replay gives the pass's own numbers is used.
    (LossTerms Terms, Tensor Result) RunBothWays(IReadOnlyList<Tensor> inputs)
    {
        recording?.Dispose();
        recording = null;
        var called = Call(inputs, 1);
        var gradients = side.Gradients;
        double[] expected = Figures(called.Terms);
        if (!expected.All(double.IsFinite))
            return called; // the step ends here; the next batch is recorded
        string failure = "its replay gives other numbers";
        try
        {
            recording = Take(inputs);
            var replayed = Replay(recording, inputs);
            if (expected.Zip(Figures(replayed.Terms)).All(pair => Math.Abs(pair.First - pair.Second) <= Tolerance * Math.Max(Math.Abs(pair.First), 0.1)))
                return replayed;
        }
        catch (ExternalException fault)
        {
            failure = fault.Message;
        }
        recording?.Dispose();
        (recording, recorder, Replayed) = (null, null, false);
        say!($"CUDA graphs: the {name}'s phase is not recorded ({failure}); it goes on without.");
        side.Gradients = gradients;
        return called;
    }

    // The loss and the length of the gradient. This waits for the device.
    double[] Figures(LossTerms terms)
    {
        using var scope = NewDisposeScope();
        return [terms.Total().item<float>(), side.GradientNorm().item<float>()];
    }

    Recording Take(IReadOnlyList<Tensor> inputs)
    {
        // Made of zeros: a recording that did not read its inputs anew would give their numbers.
        Tensor[] copies = [.. inputs.Select(input => zeros_like(input))];
        var terms = new LossTerms();
        var recorded = recorder!(() =>
        {
            using var scope = NewDisposeScope();
            side.DropGradients();
            (terms, var result) = Call(copies, 1);
            return [.. new[] { result }.Concat(terms.Values.Select(term => term.Value)).Concat(side.Gradients.OfType<Tensor>()).Select(tensor => tensor.MoveToOuterDisposeScope())];
        });
        foreach (var copy in copies)
            copy.DetachFromDisposeScope();
        terms = terms.With(recorded.Results.Skip(1));
        var rest = new Queue<Tensor>(recorded.Results.Skip(1 + terms.Values.Count()));
        return new Recording(recorded, copies, terms, [.. side.Gradients.Select(gradient => gradient is null ? null : rest.Dequeue())]);
    }

    /// <inheritdoc/>
    public void Dispose() => recording?.Dispose();

    sealed class Recording(RecordedWork work, Tensor[] inputs, LossTerms terms, Tensor?[] gradients) : IDisposable
    {
        public RecordedWork Work => work;
        public IReadOnlyList<Tensor> Inputs => inputs;
        public LossTerms Terms => terms;
        public Tensor?[] Gradients => gradients;

        public void Dispose()
        {
            work.Owner.Dispose();
            foreach (var input in inputs)
                input.Dispose();
        }
    }
}
