namespace TalkingHead.Formats;

/// <summary>
/// Checks a finished tree: nothing half-made is left in it, nothing contains itself, and neither its depth nor its
/// size when every shared part is counted each time it is met can surprise whoever walks it.
/// </summary>
static class PickleGraph
{
    const int MostLevels = 64;
    const long MostValues = 4_000_000;

    sealed class Visit
    {
        internal long Values = 1; // with everything inside
        internal int Levels = 1;
        internal bool Open = true;
    }

    // Depth-first with a stack of its own: a hostile file must not exhaust the thread's.
    internal static void Check(PickledValue root, PickleCursor cursor)
    {
        var visits = new Dictionary<PickledValue, Visit>(ReferenceEqualityComparer.Instance);
        var path = new Stack<(PickledValue Value, Visit Visit, int Next, IReadOnlyList<PickledValue> Children)>();
        Enter(root);
        while (path.TryPop(out var at))
        {
            if (at.Next == at.Children.Count)
            {
                at.Visit.Open = false;
                if (path.TryPeek(out var parent))
                    Count(parent.Visit, at.Visit);
                continue;
            }
            path.Push(at with { Next = at.Next + 1 });
            var child = at.Children[at.Next];
            if (!child.IsContainer)
                CheckLeaf(child, at.Visit);
            else if (!visits.TryGetValue(child, out var visit))
                Enter(child);
            else if (visit.Open)
                throw cursor.Refuse("a container contains itself");
            else
                Count(at.Visit, visit);
        }

        void Enter(PickledValue value)
        {
            var visit = new Visit();
            if (!value.IsContainer)
                CheckLeaf(value, visit);
            visits.Add(value, visit);
            path.Push((value, visit, 0, value.Children));
            if (path.Count > MostLevels)
                throw cursor.Refuse($"containers are nested more than {MostLevels} deep");
        }

        void CheckLeaf(PickledValue leaf, Visit parent)
        {
            if (leaf is PickledName or PickledStorage or PickledNumpyType)
                throw cursor.Refuse($"{(leaf as PickledName)?.Name ?? "a storage or numpy type"} stands as a value; only tensors and plain data can");
            parent.Values++;
        }

        void Count(Visit outer, Visit inner)
        {
            outer.Values += inner.Values;
            outer.Levels = Math.Max(outer.Levels, inner.Levels + 1);
            if (outer.Values > MostValues || outer.Levels > MostLevels)
                throw cursor.Refuse($"shared containers unfold to more than {MostValues} values or {MostLevels} levels");
        }
    }
}
