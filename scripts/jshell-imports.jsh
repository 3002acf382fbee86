import org.gatun.autograd.*;
import org.gatun.nn.*;
import org.gatun.optim.*;
import org.gatun.tensor.*;
import org.gatun.tensor.memory.*;
import org.gatun.tensor.random.*;
import org.gatun.tensor.shape.*;
