using System.Text;
using HpdCds.Knowledge;

namespace HpdCds.Tests.Knowledge;

/// <summary>The knowledge as shipped, and ways to change it for one test.</summary>
internal static class Profiles
{
    public static readonly KnowledgeBase AsShipped = KnowledgeLoader.Load(overlayFolder: null, useUnverified: false);
    public static readonly KnowledgeBase WithUnverified = KnowledgeLoader.Load(overlayFolder: null, useUnverified: true);

    public static KnowledgeBase LoadFrom(IEnumerable<KnowledgeFile> files)
    {
        var errors = new KnowledgeErrors();
        return KnowledgeLoader.Load(KnowledgeFiles.Of(files, useUnverified: false, errors), errors);
    }

    public static KnowledgeBase With(params IEnumerable<KnowledgeFile> extra) => LoadFrom(KnowledgeFiles.Shipped().Concat(extra));

    public static KnowledgeFile Overlay(string path, string content) =>
        new(KnowledgeFiles.OverlayPrefix + path, IsOverlay: true, [.. Encoding.UTF8.GetBytes(content)]);

    public static string TextOf(string name) =>
        Encoding.UTF8.GetString(KnowledgeFiles.Shipped().Single(file => file.Name == name).Content.AsSpan());

    /// <summary>A ValueSet with one concept of a site, to be broken in the one way that a test is about.</summary>
    public static string ValueSet(
        string url = "http://site.example/ValueSet/local",
        string set = "liver",
        string system = "http://site.example/codes",
        string code = "T1",
        string group = "pvtt",
        bool verified = true) =>
        $$"""
        {
          "resourceType": "ValueSet", "url": "{{url}}", "status": "active", "copyright": "The site's own codes.",
          "extension": [{ "url": "https://hpdcds.org/fhir/StructureDefinition/code-set", "valueCode": "{{set}}" }],
          "compose": { "include": [{ "system": "{{system}}", "concept": [{ "code": "{{code}}", "extension": [
            { "url": "https://hpdcds.org/fhir/StructureDefinition/group", "valueString": "{{group}}" },
            { "url": "https://hpdcds.org/fhir/StructureDefinition/verified", "valueBoolean": {{(verified ? "true" : "false")}} }] }] }] }
        }
        """;

    /// <summary>The path of a folder of the repository, found from where the tests run.</summary>
    public static string RepositoryFolder(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "HpdCds.sln")))
            folder = folder.Parent;
        return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("The repository was not found."), path);
    }
}
