using System.Reflection;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>
            /// Registers the module's fields: modules, parameters, and any other tensor as a buffer. A field's name is its
            /// key in the state dict, unless a ComponentName attribute says otherwise; properties and arrays are not found.
            /// </summary>
            protected virtual void RegisterComponents()
            {
                foreach (var field in GetType().GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
                {
                    var key = field.ComponentName();
                    switch (field.GetValue(this))
                    {
                        case Module module when !_internal_submodules.ContainsKey(key): register_module(key, module); break;
                        case Modules.Parameter parameter when !_internal_params.ContainsKey(key): register_parameter(key, parameter); break;
                        case Modules.Parameter: break;
                        case Tensor tensor when !_internal_buffers.ContainsKey(key): register_buffer(key, tensor); break;
                    }
                }
            }

            public virtual void register_module(string name, Module submodule)
            {
                CheckName(name);
                _internal_submodules.Add(name, submodule);
            }

            public void add_module(string name, Module module) => register_module(name, module);

            public virtual void register_parameter(string name, Parameter param)
            {
                CheckName(name);
                param.DetachFromDisposeScope();
                _internal_params.Add(name, param);
            }

            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                CheckName(name);
                tensor.DetachFromDisposeScope();
                _internal_buffers.Add(name, (tensor, persistent));
            }

            /// <summary>Registers, replaces or (with null) removes a parameter.</summary>
            protected void ConditionallyRegisterParameter(string name, Parameter? value)
            {
                _internal_params.Remove(name);
                if (value is not null) register_parameter(name, value);
            }

            /// <summary>Registers, replaces or (with null) removes a buffer.</summary>
            protected void ConditionallyRegisterBuffer(string name, Tensor? value, bool persistent = true)
            {
                _internal_buffers.Remove(name);
                if (value is not null) register_buffer(name, value, persistent);
            }

            private protected Parameter? OwnParameter(string name) => _internal_params.TryGetValue(name, out var found) ? found : null;

            private protected Tensor? OwnBuffer(string name) => _internal_buffers.TryGetValue(name, out var found) ? found.Item1 : null;

            protected void ClearModules() => _internal_submodules.clear();

            void CheckName(string name)
            {
                if (_internal_submodules.ContainsKey(name) || _internal_params.ContainsKey(name) || _internal_buffers.ContainsKey(name))
                    throw new InvalidOperationException($"{GetName()} has a component named \"{name}\" already.");
            }
        }
    }
}
