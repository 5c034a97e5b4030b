using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace TorchSharp.Door;

/// <summary>
/// Operator handles by name. Names are literals, so the same name is almost always the same object: a small table
/// keyed by identity answers first, without hashing the text; the dictionary behind it is the truth.
/// </summary>
static class OperatorCache
{
    const int Slots = 1024; // a power of two, some times the number of operators in use

    sealed record Entry(string Name, nint Operator);

    static readonly Entry?[] byIdentity = new Entry?[Slots];
    static readonly ConcurrentDictionary<string, nint> byText = new();

    internal static nint Find(string name)
    {
        ref var slot = ref byIdentity[RuntimeHelpers.GetHashCode(name) & (Slots - 1)];
        var entry = Volatile.Read(ref slot);
        if (entry is not null && ReferenceEquals(entry.Name, name)) return entry.Operator;
        var found = byText.GetOrAdd(name, Load);
        Volatile.Write(ref slot, new Entry(name, found));
        return found;
    }

    static nint Load(string name)
    {
        var dot = name.IndexOf('.');
        return dot < 0
            ? Operators.Check(NativeMethods.td_find(name, ""), name)
            : Operators.Check(NativeMethods.td_find(name[..dot], name[(dot + 1)..]), name);
    }
}
