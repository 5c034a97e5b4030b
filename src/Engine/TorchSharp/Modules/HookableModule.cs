namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>A module whose calls can be watched, and their results replaced, from outside.</summary>
        public class HookableModule<TPreHook, TPostHook> : Module
        {
            // Null until there is a hook, so that a call without one costs a test for null.
            internal Dictionary<string, TPostHook>? hooks;

            protected HookableModule(string name) : base(name) { }

            /// <summary>Runs after each call, in the order of registration; a result other than null replaces the call's.</summary>
            public HookRemover register_forward_hook(TPostHook hook)
            {
                hooks ??= [];
                var key = Guid.NewGuid().ToString();
                hooks.Add(key, hook);
                return new HookRemover(this, key);
            }

            /// <summary>Takes one hook away again.</summary>
            public class HookRemover(HookableModule<TPreHook, TPostHook> module, string key)
            {
                public void remove()
                {
                    module.hooks?.Remove(key);
                    if (module.hooks?.Count == 0) module.hooks = null;
                }
            }
        }
    }
}
