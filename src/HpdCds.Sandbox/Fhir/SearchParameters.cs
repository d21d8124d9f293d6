using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using Hl7.Fhir.FhirPath;
using Hl7.Fhir.Model;
using Hl7.FhirPath;
using Hl7.FhirPath.Expressions;

namespace HpdCds.Sandbox.Fhir;

/// <summary>One search parameter of one resource type, with its FHIRPath compiled on first use.</summary>
public sealed class SearchParameter
{
    private static readonly FhirPathCompiler Compiler = new(new SymbolTable(FhirPathCompiler.DefaultSymbolTable).AddFhirExtensions());

    private readonly Lazy<CompiledExpression> _expression;

    public SearchParameter(SearchParamDefinition definition)
    {
        Resource = definition.Resource!;
        Code = definition.Code!;
        Type = definition.Type;
        _expression = new(() => Compiler.Compile(OwnBranches(Resource, definition.Expression!)));
    }

    public string Resource { get; }

    public string Code { get; }

    public SearchParamType Type { get; }

    public ImmutableArray<SearchValue> ValuesIn(Resource resource)
    {
        var node = resource.ToPocoNode();
        var context = new FhirEvaluationContext { Resource = node, RootResource = node, ElementResolver = Stub };
        return [.. _expression.Value([node], context).SelectMany(found => SearchValue.From(Type, found.Poco))];
    }

    /// <summary>
    /// A parameter shared by many types is one union over all of them; the branches of other types find nothing
    /// in this resource and cost most of the time.
    /// </summary>
    private static string OwnBranches(string resource, string expression)
    {
        var branches = expression.Split(" | ", StringSplitOptions.TrimEntries);
        var own = branches.Where(branch => branch.TrimStart('(').StartsWith(resource + ".", StringComparison.Ordinal)).ToArray();
        return own.Length > 0 ? string.Join(" | ", own) : expression;
    }

    /// <summary><c>resolve() is Patient</c> asks only for the type, which the reference itself tells.</summary>
    private static PocoNode? Stub(string url)
    {
        var (type, id) = SearchValue.Reference.Parse(url);
        if (type is null || ModelInfo.GetTypeForFhirType(type) is not { IsAbstract: false } clrType || Activator.CreateInstance(clrType) is not Resource stub)
            return null;
        stub.Id = id;
        return stub.ToPocoNode();
    }
}

public static class SearchParameters
{
    private static readonly FrozenSet<SearchParamType> Supported =
        FrozenSet.Create(SearchParamType.Token, SearchParamType.Reference, SearchParamType.Date, SearchParamType.String);

    private static readonly ConcurrentDictionary<string, FrozenDictionary<string, SearchParameter>> ByResource = new(StringComparer.Ordinal);

    public static IEnumerable<SearchParameter> Of(string resource) => Table(resource).Values;

    public static SearchParameter? Find(string resource, string code) => Table(resource).GetValueOrDefault(code);

    private static FrozenDictionary<string, SearchParameter> Table(string resource) =>
        ByResource.GetOrAdd(resource, static name => ModelInfo.SearchParameters
            .Where(definition => definition.Resource == name && definition.Code is not null && definition.Expression is not null && Supported.Contains(definition.Type))
            .GroupBy(definition => definition.Code!, StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => new SearchParameter(group.First()), StringComparer.Ordinal));
}
