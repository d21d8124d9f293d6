using System.Diagnostics;
using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Parsers;
using Microsoft.Diagnostics.Tracing.Parsers.Clr;

namespace HpdCds.Benchmarks;

/// <summary>
/// Writes <c>src/HpdCds/start.mibc</c>: which generic code the service runs from its start until it has ended again, and its compiler did not
/// foresee. A publish compiles that ahead too. What the file names and nobody needs any more costs nothing but its place.
/// </summary>
internal static class StartProfile
{
    // Modules, compiled methods, names of types and instantiations of methods.
    private const string Events = "Microsoft-Windows-DotNETRuntime:0x4000080018:5";

    public static async Task<int> RunAsync()
    {
        var program = await MeasuredProcess.PublishServiceAsync("-p:UseStartProfile=false");
        var folder = Directory.CreateTempSubdirectory("hpdcds-start").FullName;
        var trace = Path.Combine(folder, "start.nettrace");
        await using (var service = await MeasuredProcess.StartAsync(
            program,
            url => ["--urls", url],
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["HpdCds__Store__Connection"] = $"Data Source={Path.Combine(folder, "store.db")}",
                ["DOTNET_EnableEventPipe"] = "1",
                ["DOTNET_EventPipeConfig"] = Events,
                ["DOTNET_EventPipeOutputPath"] = trace,
                ["DOTNET_EventPipeCircularMB"] = "512",
            },
            isPinned: false))
        {
            await service.EndAsync();
        }

        var file = Path.Combine(MeasuredProcess.Repository(), "src", "HpdCds", "start.mibc");
        var written = MibcFile.Write(CompiledCode.ReadFrom(trace), file);
        Directory.Delete(folder, recursive: true);
        Console.WriteLine(FormattableString.Invariant($"{written} methods in {file}"));
        return 0;
    }
}

/// <summary>A type as the runtime tells it.</summary>
/// <param name="Token">Of its definition in the module.</param>
/// <param name="Element">ELEMENT_TYPE of ECMA-335.</param>
internal sealed record TracedType(ulong Module, int Token, byte Element, ulong[] Arguments);

/// <summary>A method that was compiled while the service ran.</summary>
internal sealed record TracedMethod(ulong Module, int Token, string Name, ulong Type, ulong[] Arguments);

/// <summary>What a trace of the runtime tells of methods that were compiled while the service ran.</summary>
internal sealed record CompiledCode(IReadOnlyList<TracedMethod> Methods, IReadOnlyDictionary<ulong, TracedType> Types, IReadOnlyDictionary<ulong, string> Modules)
{
    public static CompiledCode ReadFrom(string trace)
    {
        var compiled = new Dictionary<long, (ulong Module, int Token, string Name)>();
        var details = new Dictionary<long, (ulong Type, ulong[] Arguments)>();
        var types = new Dictionary<ulong, TracedType>();
        var modules = new Dictionary<ulong, string>();
        using var source = new EventPipeEventSource(trace);
        source.Clr.LoaderModuleLoad += Note;
        source.Clr.MethodLoadVerbose += method =>
        {
            if (method is { IsJitted: true, IsDynamic: false })
                compiled.TryAdd(method.MethodID, ((ulong)method.ModuleID, method.MethodToken, $"{method.MethodNamespace}.{method.MethodName}"));
        };
        source.Clr.MethodMethodDetails += method =>
            details[method.MethodID] = ((ulong)method.TypeID, [.. Enumerable.Range(0, method.TypeParameterCount).Select(place => (ulong)method.TypeParameters(place))]);
        source.Clr.TypeBulkType += told =>
        {
            foreach (var type in Enumerable.Range(0, told.Count).Select(told.Values))
                types[type.TypeID] = new(type.ModuleID, (int)type.TypeNameID, (byte)type.CorElementType, [.. Enumerable.Range(0, type.TypeParameterCount).Select(type.TypeParameterID)]);
        };
        source.Process();
        var methods = compiled.Where(method => details.ContainsKey(method.Key))
            .Select(method => new TracedMethod(method.Value.Module, method.Value.Token, method.Value.Name, details[method.Key].Type, details[method.Key].Arguments));
        return new([.. methods], types, modules);

        void Note(ModuleLoadUnloadTraceData module)
        {
            if (module.ModuleILPath.Length > 0)
                modules[(ulong)module.ModuleID] = module.ModuleILPath;
        }
    }
}
