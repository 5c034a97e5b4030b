namespace TorchSharp;

/// <summary>The dispose scopes of this thread, innermost last, and what was counted on it.</summary>
public class DisposeScopeManager
{
    [ThreadStatic] static List<DisposeScope>? scopes;
    [ThreadStatic] static ThreadDisposeScopeStatistics? statistics;

    /// <summary>Tensors created, disposed, attached and detached on this thread: what a leak test reads.</summary>
    public static ThreadDisposeScopeStatistics Statistics => statistics ??= new();

    internal static DisposeScope? Current => scopes is { Count: > 0 } ? scopes[^1] : null;

    internal static DisposeScope Open()
    {
        var scope = new DisposeScope(Current);
        (scopes ??= []).Add(scope);
        return scope;
    }

    internal static void Close(DisposeScope scope) => scopes?.Remove(scope);
}

/// <summary>Counts of one thread.</summary>
public class ThreadDisposeScopeStatistics
{
    public LifetimeStatistics TensorStatistics { get; } = new();

    public long CreatedOutsideScopeCount => TensorStatistics.CreatedOutsideScopeCount;
    public long CreatedInScopeCount => TensorStatistics.CreatedInScopeCount;
    public long DisposedOutsideScopeCount => TensorStatistics.DisposedOutsideScopeCount;
    public long DisposedInScopeCount => TensorStatistics.DisposedInScopeCount;
    public long AttachedToScopeCount => TensorStatistics.AttachedToScopeCount;
    public long DetachedFromScopeCount => TensorStatistics.DetachedFromScopeCount;
    public long ThreadTotalLiveCount => TensorStatistics.ThreadTotalLiveCount;

    public void Reset() => TensorStatistics.Reset();
    public override string ToString() => TensorStatistics.ToString();
}

/// <summary>Counts of one kind of object on one thread.</summary>
public class LifetimeStatistics
{
    public long CreatedOutsideScopeCount { get; internal set; }
    public long CreatedInScopeCount { get; internal set; }
    public long DisposedOutsideScopeCount { get; internal set; }
    public long DisposedInScopeCount { get; internal set; }
    public long AttachedToScopeCount { get; internal set; }
    public long DetachedFromScopeCount { get; internal set; }

    /// <summary>Created less disposed on this thread. A tensor disposed on another thread counts there.</summary>
    public long ThreadTotalLiveCount => CreatedOutsideScopeCount + CreatedInScopeCount - DisposedOutsideScopeCount - DisposedInScopeCount;

    public void Reset() => CreatedOutsideScopeCount = CreatedInScopeCount = DisposedOutsideScopeCount =
        DisposedInScopeCount = AttachedToScopeCount = DetachedFromScopeCount = 0;

    public override string ToString() =>
        $"live {ThreadTotalLiveCount}: created {CreatedInScopeCount} in scopes and {CreatedOutsideScopeCount} outside, "
        + $"disposed {DisposedInScopeCount} in scopes and {DisposedOutsideScopeCount} outside, "
        + $"attached {AttachedToScopeCount}, detached {DetachedFromScopeCount}";
}
