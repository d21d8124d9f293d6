using HpdCds.Tests.Cases;
using HpdCds.Verbs;

namespace HpdCds.Tests.Explain;

/// <summary>The verb of the service's own program, as somebody at a console would use it.</summary>
public sealed class ExplainVerbTests
{
    [Fact]
    public async Task A_request_in_a_file_is_explained_and_ends_with_0()
    {
        var (code, output, _) = await RunAsync(GoldenCase.Named("too-old-afp").Request, "--asOf", "2026-11-24T12:00:00Z");

        Assert.Equal(0, code);
        Assert.Contains("\"fate\": \"unusable\"", output, StringComparison.Ordinal);
        Assert.Contains("\"why\": \"too-old\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dropped_key_shows_in_the_answer()
    {
        var (code, output, _) = await RunAsync(GoldenCase.Named("none-all-known-and-below").Request, "--drop", "chemistry", "--asOf", "2026-11-24T12:00:00Z");

        Assert.Equal(0, code);
        Assert.Contains("not-supplied", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_is_none_ends_with_2_and_names_the_field()
    {
        var (code, _, errors) = await RunAsync("{}");

        Assert.Equal(2, code);
        Assert.Contains("hook", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_file_the_usage_is_told()
    {
        var (output, errors) = (new StringWriter(), new StringWriter());

        Assert.Equal(2, await ExplainVerb.RunAsync([], output, errors));
        Assert.StartsWith("Usage: explain", errors.ToString(), StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string request, params string[] options)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, request, TestContext.Current.CancellationToken);
            var (output, errors) = (new StringWriter(), new StringWriter());
            var code = await ExplainVerb.RunAsync([file, .. options], output, errors);
            return (code, output.ToString(), errors.ToString());
        }
        finally
        {
            File.Delete(file);
        }
    }
}
