namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>Parameters and persistent buffers by name. The tensors are the module's own, not copies.</summary>
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                string Key(string name) => string.IsNullOrEmpty(prefix) ? name : $"{prefix}.{name}";
                foreach (var (name, parameter) in named_parameters(recurse: false)) destination.TryAdd(Key(name), parameter);
                foreach (var (name, buffer) in named_buffers(recurse: false, include_nonpersistent: false)) destination.TryAdd(Key(name), buffer);
                foreach (var (name, module) in named_children()) module.state_dict(destination, Key(name));
                return destination;
            }

            /// <summary>Copies numbers into the module's tensors.</summary>
            /// <returns>Names that the source lacks, and names that only the source has.</returns>
            /// <exception cref="InvalidOperationException">With strict: either list is not empty. Always: a shape differs. Nothing was changed.</exception>
            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                var own = state_dict();
                skip ??= [];
                var missing = own.Keys.Where(key => !source.ContainsKey(key) && !skip.Contains(key)).ToList();
                var unexpected = source.Keys.Where(key => !own.ContainsKey(key) && !skip.Contains(key)).ToList();
                if (strict && missing.Count + unexpected.Count > 0)
                    throw new InvalidOperationException($"The state dict does not fit {GetName()}: {Names("missing", missing)}{Names("unexpected", unexpected)}".TrimEnd());
                var pairs = own.Where(pair => source.ContainsKey(pair.Key) && !skip.Contains(pair.Key)).ToList();
                foreach (var (key, target) in pairs)
                    if (!target.size().SequenceEqual(source[key].size()))
                        throw new InvalidOperationException($"tensor \"{key}\" is ({string.Join(",", source[key].size())}) in the state dict, ({string.Join(",", target.size())}) in {GetName()}.");
                using var guard = no_grad();
                foreach (var (key, target) in pairs) target.copy_(source[key]);
                return (missing, unexpected);
            }

            static string Names(string what, List<string> names) => names.Count == 0 ? "" : $"{names.Count} {what} ({string.Join(", ", names.Take(5))}{(names.Count > 5 ? ", …" : "")}). ";
        }
    }
}
