using System.Collections;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Modules in a row, registered under "0", "1", …</summary>
    public class ModuleList<T> : nn.Module, IList<T> where T : nn.Module
    {
        readonly List<T> list = [];

        public ModuleList(params T[] modules) : base(nameof(ModuleList<T>)) => extend(modules);

        public T this[int index]
        {
            get => list[index];
            set
            {
                list[index] = value;
                RegisterComponents();
            }
        }

        public int Count => list.Count;
        public bool IsReadOnly => false;

        public void Add(T item)
        {
            list.Add(item);
            register_module((Count - 1).ToString(), item);
        }

        public void append(params T[] parameters) => extend(parameters);

        public void extend(IEnumerable<T> modules)
        {
            foreach (var module in modules) Add(module);
        }

        public void Insert(int index, T item)
        {
            list.Insert(index, item);
            RegisterComponents();
        }

        public void RemoveAt(int index)
        {
            list.RemoveAt(index);
            RegisterComponents();
        }

        public bool Remove(T item)
        {
            var removed = list.Remove(item);
            RegisterComponents();
            return removed;
        }

        public void Clear()
        {
            list.Clear();
            RegisterComponents();
        }

        public bool Contains(T item) => list.Contains(item);
        public void CopyTo(T[] array, int arrayIndex) => list.CopyTo(array, arrayIndex);
        public int IndexOf(T item) => list.IndexOf(item);
        public IEnumerator<T> GetEnumerator() => list.GetEnumerator();
        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        /// <summary>Numbers the modules again.</summary>
        protected override void RegisterComponents()
        {
            ClearModules();
            for (var k = 0; k < list.Count; k++) register_module(k.ToString(), list[k]);
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.ModuleList<T> ModuleList<T>(params T[] modules) where T : Module => new(modules);
            public static Modules.ModuleList<Module> ModuleList(params Module[] modules) => new(modules);
        }
    }
}
