namespace TalkingHead.Heads;

/// <summary>What the stages of an animation did: time spent working, without waiting for each other.</summary>
public sealed class AnimationStages
{
    internal Ahead Decode { get; } = Animator.Stage("decode");

    internal Ahead Track { get; } = Animator.Stage("track");

    internal Ahead Draw { get; } = Animator.Stage("draw");

    internal Ahead Generate { get; } = Animator.Stage("generate");

    internal Ahead Encode { get; } = Animator.Stage("encode");

    /// <summary>Name and milliseconds a frame of each stage that did anything, in order.</summary>
    public IReadOnlyList<(string Name, double Milliseconds)> Figures =>
        [.. new[] { Decode, Track, Draw, Generate, Encode }.Where(stage => stage.Items > 0).Select(stage => (stage.Name, stage.Busy.TotalMilliseconds / stage.Items))];
}
