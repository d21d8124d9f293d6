using HpdCds.Sandbox.Orders;
using HpdCds.Sandbox.Pages;
using HpdCds.Sandbox.Patients;

namespace HpdCds.Sandbox.Import;

/// <summary>Takes a file in and shows what came of it: the chart, the answer, or what is wrong with the file.</summary>
public static class ImportEndpoints
{
    public static void MapImport(this IEndpointRouteBuilder app)
    {
        app.MapGet("/import", () => Answers.Page(ImportPage.Render("", [])));
        app.MapPost("/import", TakeAsync);
    }

    private static async Task<IResult> TakeAsync(PatientRegister patients, OrderDesk desk, HttpContext http)
    {
        var text = await TextOfAsync(http);
        switch (ImportedFile.Read(text))
        {
            case ImportedFile.Chart chart:
                var taken = patients.Import(chart.Patient, chart.Resources);
                return taken.Count > 0 ? Refused(text, taken) : Answers.SeeOther(http, $"/patients/{chart.Patient.Id}");
            case ImportedFile.Request request:
                var order = await desk.SendImportedAsync(request.Body, "Imported request", http.RequestAborted);
                return Answers.SeeOther(http, $"/orders/{order.Id}");
            case ImportedFile.Faulty faulty:
                return Refused(text, faulty.Faults);
            default:
                throw new InvalidOperationException("A file is one of three things.");
        }
    }

    private static IResult Refused(string text, IReadOnlyList<string> faults) =>
        Answers.Page(ImportPage.Render(text, faults), StatusCodes.Status400BadRequest);

    /// <summary>The chosen file; without one, what was pasted.</summary>
    private static async Task<string> TextOfAsync(HttpContext http)
    {
        if (await Answers.FormAsync(http.Request) is not { } form)
            return "";
        if (form.Files.GetFile("file") is not { Length: > 0 } file)
            return form["text"].ToString();
        using var reader = new StreamReader(file.OpenReadStream());
        return await reader.ReadToEndAsync(http.RequestAborted);
    }
}
