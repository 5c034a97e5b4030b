using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace TorchSharp.Utils;

/// <summary>Names a field's component in the state dict otherwise than the field.</summary>
[AttributeUsage(AttributeTargets.Field)]
public class ComponentNameAttribute : Attribute
{
    public string Name { get; set; } = "";
}

/// <summary>A dictionary that keeps the order of insertion.</summary>
public class OrderedDict<TKey, TValue> : IEnumerable<(TKey, TValue)> where TKey : notnull
{
    readonly Dictionary<TKey, TValue> dictionary = [];
    readonly List<TKey> order = [];

    public int Count => order.Count;
    public ICollection<TKey> Keys => order;
    public ICollection<TValue> Values => [.. order.Select(key => dictionary[key])];

    public TValue this[TKey key]
    {
        get => dictionary[key];
        set
        {
            if (!dictionary.ContainsKey(key)) order.Add(key);
            dictionary[key] = value;
        }
    }

    public void Add(TKey key, TValue value)
    {
        dictionary.Add(key, value);
        order.Add(key);
    }

    public bool ContainsKey(TKey key) => dictionary.ContainsKey(key);

    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) => dictionary.TryGetValue(key, out value);

    public bool Remove(TKey key) => dictionary.Remove(key) && order.Remove(key);

    public void clear()
    {
        dictionary.Clear();
        order.Clear();
    }

    public IEnumerator<(TKey, TValue)> GetEnumerator() => order.Select(key => (key, dictionary[key])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
