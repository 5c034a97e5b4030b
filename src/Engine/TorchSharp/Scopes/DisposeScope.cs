using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>Disposes, when it ends, every tensor made inside it that was not moved out by name.</summary>
public sealed class DisposeScope : IDisposable
{
    readonly HashSet<IDisposable> disposables = new(ReferenceEqualityComparer.Instance);
    readonly DisposeScope? outer;

    internal DisposeScope(DisposeScope? outer) => this.outer = outer;

    public IReadOnlyList<IDisposable> DisposablesView => [.. disposables];
    public int DisposablesCount => disposables.Count;
    public bool Contains(IDisposable disposable) => disposables.Contains(disposable);

    /// <summary>Takes <paramref name="disposable"/> into this scope, out of the one it belongs to.</summary>
    public void Attach(IDisposable disposable) => Place(disposable, this);

    public void Attach(params IDisposable[] disposables)
    {
        foreach (var disposable in disposables) Attach(disposable);
    }

    public IReadOnlyList<IDisposable> Attach(IEnumerable<IDisposable> disposables)
    {
        var all = disposables.ToList();
        all.ForEach(Attach);
        return all;
    }

    /// <summary>Takes <paramref name="disposable"/> out of every scope: it lives until it is disposed by hand.</summary>
    public T Detach<T>(T disposable) where T : IDisposable
    {
        Place(disposable, null);
        return disposable;
    }

    public (T1 first, T2 second) Detach<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
        (Detach(first), Detach(second));

    public (T1 first, T2 second, T3 third) Detach<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable => (Detach(first), Detach(second), Detach(third));

    public void Detach(params IDisposable[] disposables) => Detach((IEnumerable<IDisposable>)disposables);

    public void Detach(IEnumerable<IDisposable> disposables)
    {
        foreach (var disposable in disposables) Place(disposable, null);
    }

    /// <summary>Moves <paramref name="disposable"/> to the enclosing scope, or out of every scope where there is none.</summary>
    public T MoveToOuter<T>(T disposable) where T : IDisposable
    {
        Place(disposable, outer);
        return disposable;
    }

    public (T1 first, T2 second) MoveToOuter<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
        (MoveToOuter(first), MoveToOuter(second));

    public (T1 first, T2 second, T3 third) MoveToOuter<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable => (MoveToOuter(first), MoveToOuter(second), MoveToOuter(third));

    public void MoveToOuter(params IDisposable[] disposables) => MoveToOuter((IEnumerable<IDisposable>)disposables);

    public void MoveToOuter(IEnumerable<IDisposable> disposables)
    {
        foreach (var disposable in disposables) Place(disposable, outer);
    }

    public T MoveToOther<T>(DisposeScope scope, T disposable) where T : IDisposable
    {
        Place(disposable, scope);
        return disposable;
    }

    public (T1 first, T2 second) MoveToOther<T1, T2>(DisposeScope scope, T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
        (MoveToOther(scope, first), MoveToOther(scope, second));

    public (T1 first, T2 second, T3 third) MoveToOther<T1, T2, T3>(DisposeScope scope, T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable =>
        (MoveToOther(scope, first), MoveToOther(scope, second), MoveToOther(scope, third));

    public void MoveToOther(DisposeScope scope, params IDisposable[] disposables) => MoveToOther(scope, (IEnumerable<IDisposable>)disposables);

    public void MoveToOther(DisposeScope scope, IEnumerable<IDisposable> disposables)
    {
        foreach (var disposable in disposables) Place(disposable, scope);
    }

    /// <summary>Disposes everything in the scope now; the scope stays open.</summary>
    public void DisposeEverything() => DisposeEverythingBut([]);

    public void DisposeEverythingBut(params IDisposable[] keep) => DisposeEverythingBut((IEnumerable<IDisposable>)keep);

    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        var keep = new HashSet<IDisposable>(inKeep, ReferenceEqualityComparer.Instance);
        var doomed = disposables.Where(item => !keep.Contains(item)).ToList();
        foreach (var disposable in doomed) disposable.Dispose();
    }

    public T DisposeEverythingBut<T>(T keep) where T : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[keep]);
        return keep;
    }

    public (T1 first, T2 second) DisposeEverythingBut<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[first, second]);
        return (first, second);
    }

    public (T1 first, T2 second, T3 third) DisposeEverythingBut<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[first, second, third]);
        return (first, second, third);
    }

    /// <summary>Forgets <paramref name="disposable"/>, which was disposed already.</summary>
    public void MarkAsDisposed(IDisposable disposable)
    {
        if (disposables.Remove(disposable)) SetOwner(disposable, null);
    }

    public void Dispose()
    {
        DisposeScopeManager.Close(this);
        foreach (var disposable in disposables)
        {
            SetOwner(disposable, null);
            if (disposable is Tensor tensor) tensor.DisposeInScope();
            else disposable.Dispose();
        }
        disposables.Clear();
    }

    internal void Adopt(Tensor tensor)
    {
        disposables.Add(tensor);
        tensor.OwningDisposeScope = this;
    }

    internal static void Place(IDisposable disposable, DisposeScope? target)
    {
        var tensor = disposable as Tensor;
        var from = tensor?.OwningDisposeScope;
        if (ReferenceEquals(from, target) && tensor is not null) return;
        from?.disposables.Remove(disposable);
        if (tensor is not null)
        {
            var counts = DisposeScopeManager.Statistics.TensorStatistics;
            if (from is not null && target is null) counts.DetachedFromScopeCount++;
            if (from is null && target is not null) counts.AttachedToScopeCount++;
        }
        target?.disposables.Add(disposable);
        SetOwner(disposable, target);
    }

    static void SetOwner(IDisposable disposable, DisposeScope? owner)
    {
        if (disposable is Tensor tensor) tensor.OwningDisposeScope = owner;
    }
}
