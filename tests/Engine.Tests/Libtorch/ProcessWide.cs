namespace Engine.Tests.Libtorch;

/// <summary>Tests that change or measure what the whole process shares: they run alone, after the others.</summary>
[CollectionDefinition(nameof(ProcessWide), DisableParallelization = true)]
public sealed class ProcessWide;
